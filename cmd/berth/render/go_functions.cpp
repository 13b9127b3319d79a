// SPDX-License-Identifier: Apache-2.0
#include "render/go_functions.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/text.hpp"
#include "render/go_compare.hpp"
#include "render/go_format.hpp"

namespace render {

namespace {

using Arguments = std::vector<Value>;

std::vector<Json> plain(const Arguments& arguments, std::size_t from = 0) {
  std::vector<Json> values;
  for (std::size_t i = from; i < arguments.size(); ++i) values.push_back(arguments[i].json());
  return values;
}

Value text(std::string value) {
  return Value(Json(std::move(value)));
}

// Go's own.

Value call(const Arguments& a) {
  if (a[0].is_nil()) throw CallFailure{"call of nil"};
  throw CallFailure{
      fmt::format("non-function {} of type {}", go_text(a[0].json()), go_type_name(a[0].json()))};
}

Value escape_html(const Arguments& a) {
  std::string escaped;
  for (const char c : go_sprint(plain(a))) {
    switch (c) {
      case '\0':
        escaped += "\xEF\xBF\xBD";
        break;
      case '"':
        escaped += "&#34;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += c;
    }
  }
  return text(std::move(escaped));
}

Value escape_js(const Arguments& a) {
  std::string escaped;
  for (const char c : go_sprint(plain(a))) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\' || c == '\'' || c == '"')
      escaped += {'\\', c};
    else if (byte < 0x20 || c == '<' || c == '>' || c == '&' || c == '=')
      escaped += fmt::format("\\u{:04X}", byte);
    else
      escaped += c;
  }
  return text(std::move(escaped));
}

Value escape_query(const Arguments& a) {
  std::string escaped;
  for (const char c : go_sprint(plain(a))) {
    const auto byte = static_cast<unsigned char>(c);
    const bool safe = byte < 0x80 && (std::isalnum(byte) ||
                                      std::string_view("-_.~").find(c) != std::string_view::npos);
    if (c == ' ')
      escaped += '+';
    else if (safe)
      escaped += c;
    else
      escaped += fmt::format("%{:02X}", byte);
  }
  return text(std::move(escaped));
}

/// A place in something of this length; `most` itself is allowed for slices.
std::size_t place(const Value& index, std::size_t most) {
  if (index.is_nil()) throw CallFailure{"cannot index slice/array with nil"};
  if (!index.json().is_number_integer()) {
    throw CallFailure{"cannot index slice/array with type " + go_type_name(index.json())};
  }
  const auto at = index.json().get<std::int64_t>();
  if (at < 0 || static_cast<std::uint64_t>(at) > most)
    throw CallFailure{fmt::format("index out of range: {}", at)};
  return static_cast<std::size_t>(at);
}

/// What a Go map of strings or lists gives for a key that is not there; the JSON does not say which
/// it was, but the other values do.
Value zero_of(const Value& map) {
  if (map.json().empty()) return text("");
  const Json& sample = *map.json().begin();
  if (sample.is_string()) return text("");
  if (sample.is_array()) return Value(Json::array());
  return map.part(Value().json(), Shape::map);
}

/// Parts of a row's struct are plain maps.
Shape part_shape(const Value& whole) {
  return whole.shape() == Shape::row ? Shape::map : whole.shape();
}

Value index_map(const Value& map, const Value& key) {
  if (key.is_nil()) throw CallFailure{"value is nil; should be of type string"};
  if (!key.is_string()) {
    throw CallFailure{fmt::format("value has type {}; should be string", go_type_name(key.json()))};
  }
  const auto found = map.json().find(key.string());
  return found == map.json().end() ? zero_of(map) : map.part(*found, part_shape(map));
}

Value index_one(const Value& item, const Value& index) {
  const Json& json = item.json();
  if (json.is_object()) return index_map(item, index);
  if (json.is_array() || json.is_string()) {
    const std::size_t size = json.is_array() ? json.size() : item.string().size();
    const std::size_t at = place(index, size);
    if (at == size) throw CallFailure{fmt::format("index out of range: {}", at)};
    if (json.is_array()) return item.part(json[at], part_shape(item));
    return Value(Json(static_cast<unsigned char>(item.string()[at])));
  }
  throw CallFailure{"can't index item of type " + go_type_name(json)};
}

Value index(const Arguments& a) {
  Value item = a[0];
  for (std::size_t i = 1; i < a.size(); ++i) {
    if (item.is_nil()) {
      // What is null in JSON is an empty map or list in docker's structs.
      if (item.is_valid() && a[i].is_string()) return text("");
      if (item.is_valid() && i == 1) place(a[i], 0), throw CallFailure{"index out of range: 0"};
      throw CallFailure{i == 1 ? "index of untyped nil" : "index of nil pointer"};
    }
    item = index_one(item, a[i]);
  }
  return item;
}

Value slice(const Arguments& a) {
  const Value& item = a[0];
  if (item.is_nil()) throw CallFailure{"slice of untyped nil"};
  if (a.size() > 4) throw CallFailure{fmt::format("too many slice indexes: {}", a.size() - 1)};
  const Json& json = item.json();
  if (json.is_string() && a.size() == 4) throw CallFailure{"cannot 3-index slice a string"};
  if (!json.is_string() && !json.is_array())
    throw CallFailure{"can't slice item of type " + go_type_name(json)};
  const std::size_t size = json.is_string() ? item.string().size() : json.size();
  std::size_t ends[3] = {0, size, size};
  for (std::size_t i = 1; i < a.size(); ++i) ends[i - 1] = place(a[i], size);
  if (ends[0] > ends[1])
    throw CallFailure{fmt::format("invalid slice index: {} > {}", ends[0], ends[1])};
  if (ends[1] > ends[2])
    throw CallFailure{fmt::format("invalid slice index: {} > {}", ends[1], ends[2])};
  if (json.is_string()) return text(item.string().substr(ends[0], ends[1] - ends[0]));
  const auto begin = json.begin();
  return Value(Json(std::vector<Json>(begin + static_cast<std::ptrdiff_t>(ends[0]),
                                      begin + static_cast<std::ptrdiff_t>(ends[1]))));
}

Value length(const Arguments& a) {
  const Json& json = a[0].json();
  if (json.is_string()) return Value(Json(a[0].string().size()));
  if (json.is_structured() || (json.is_null() && a[0].is_valid())) return Value(Json(json.size()));
  if (json.is_null()) throw CallFailure{"reflect: call of reflect.Value.Type on zero Value"};
  throw CallFailure{"len of type " + go_type_name(json)};
}

Value negate(const Arguments& a) {
  return Value(Json(!a[0].is_true()));
}

Value print(const Arguments& a) {
  return text(go_sprint(plain(a)));
}

Value println(const Arguments& a) {
  return text(go_sprintln(plain(a)));
}

Value printf(const Arguments& a) {
  return text(go_sprintf(a[0].string(), plain(a, 1)));
}

/// Carried out by the executor; here only so that the parser knows their names.
Value stop_early(const Arguments& a) {
  return a[0];
}

// Docker's.

Value json(const Arguments& a) {
  return text(go_json(a[0].json()));
}

Value split(const Arguments& a) {
  const std::string &whole = a[0].string(), &separator = a[1].string();
  Json parts = Json::array();
  if (separator.empty()) {
    for (std::size_t at = 0; at < whole.size();) {
      std::size_t end = at + 1;
      while (end < whole.size() && (static_cast<unsigned char>(whole[end]) & 0xC0) == 0x80) ++end;
      parts.push_back(whole.substr(at, end - at));
      at = end;
    }
    return Value(std::move(parts));
  }
  for (std::size_t at = 0;;) {
    const auto end = whole.find(separator, at);
    parts.push_back(whole.substr(at, end == std::string::npos ? end : end - at));
    if (end == std::string::npos) return Value(std::move(parts));
    at = end + separator.size();
  }
}

Value join(const Arguments& a) {
  std::string joined;
  for (const auto& item : a[0].json()) {
    if (&item != &a[0].json().front()) joined += a[1].string();
    joined += go_text(item);
  }
  return text(std::move(joined));
}

Value title(const Arguments& a) {
  std::string result = a[0].string();
  bool inside_word = false;
  for (char& c : result) {
    const auto byte = static_cast<unsigned char>(c);
    if (!inside_word && byte < 0x80) c = static_cast<char>(std::toupper(byte));
    inside_word = byte >= 0x80 || std::isalnum(byte) || c == '_' || c == '\'';
  }
  return text(std::move(result));
}

Value lower(const Arguments& a) {
  return text(base::lower(a[0].string()));
}

Value upper(const Arguments& a) {
  return text(base::upper(a[0].string()));
}

Value pad(const Arguments& a) {
  constexpr std::int64_t widest = 10'000;
  const auto blanks = [&](const Value& count) {
    return std::string(static_cast<std::size_t>(
                           std::clamp<std::int64_t>(count.json().get<std::int64_t>(), 0, widest)),
                       ' ');
  };
  const std::string& whole = a[0].string();
  return text(whole.empty() ? "" : blanks(a[1]) + whole + blanks(a[2]));
}

Value truncate(const Arguments& a) {
  const std::string& whole = a[0].string();
  auto left = a[1].json().get<std::int64_t>();
  std::size_t at = 0;
  for (; at < whole.size(); ++at) {
    const bool starts = (static_cast<unsigned char>(whole[at]) & 0xC0) != 0x80;
    if (starts && left-- <= 0) break;
  }
  return text(whole.substr(0, at));
}

using Takes = Function::Takes;
constexpr Takes kAny = Takes::any, kString = Takes::string, kInt = Takes::integer;

const std::vector<Function>& functions() {
  static const std::vector<Function> all = {
      {"and", {kAny, kAny}, true, stop_early},
      {"or", {kAny, kAny}, true, stop_early},
      {"not", {kAny}, false, negate},
      {"call", {kAny, kAny}, true, call},
      {"eq", {kAny, kAny}, true, compare_equal},
      {"ne", {kAny, kAny}, false, compare_not_equal},
      {"lt", {kAny, kAny}, false, compare_less},
      {"le", {kAny, kAny}, false, compare_less_or_equal},
      {"gt", {kAny, kAny}, false, compare_greater},
      {"ge", {kAny, kAny}, false, compare_greater_or_equal},
      {"html", {kAny}, true, escape_html},
      {"js", {kAny}, true, escape_js},
      {"urlquery", {kAny}, true, escape_query},
      {"index", {kAny, kAny}, true, index},
      {"slice", {kAny, kAny}, true, slice},
      {"len", {kAny}, false, length},
      {"print", {kAny}, true, print},
      {"println", {kAny}, true, println},
      {"printf", {kString, kAny}, true, printf},
      {"json", {kAny}, false, json, true},
      {"split", {kString, kString}, false, split, true},
      {"join", {Takes::list, kString}, false, join, true},
      {"title", {kString}, false, title, true},
      {"lower", {kString}, false, lower, true},
      {"upper", {kString}, false, upper, true},
      {"pad", {kString, kInt, kInt}, false, pad},
      {"truncate", {kString, kInt}, false, truncate, true},
  };
  return all;
}

}  // namespace

const Function* find_function(std::string_view name) {
  for (const auto& function : functions()) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

std::string parameter_type(Function::Takes takes) {
  switch (takes) {
    case Takes::string:
      return "string";
    case Takes::integer:
      return "int";
    case Takes::list:
      return "[]interface {}";
    case Takes::any:
      break;
  }
  return "interface {}";
}

}  // namespace render
