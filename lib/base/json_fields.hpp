// SPDX-License-Identifier: Apache-2.0
// One function per struct names its fields for reading and for writing:
//
//   template <typename Io> void fields(Io& io, Descriptor& d) {
//     io("mediaType", d.media_type);             // must be there when read
//     io.maybe("annotations", d.annotations);    // keeps its default when absent or null; empty is not written
//   }
//   auto d = base::from_json<Descriptor>(json, "manifest.config");   // Error "manifest.config.digest is missing"
//   nlohmann::json j = base::to_json(d);
//
// Supported: bool, integers, double, std::string, enums with to_text/from_text found by ADL, std::optional,
// std::vector, std::map<std::string, T>, nlohmann::json itself, and structs with `fields`.
#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.hpp"

// Compiled once, in json_instances.cpp: half of each file's compile time otherwise.
extern template class nlohmann::basic_json<>;
extern template class nlohmann::detail::serializer<nlohmann::json>;

namespace base {

using Json = nlohmann::json;

class JsonReader;
class JsonWriter;

template <typename T>
concept HasFields = requires(JsonReader& io, T& value) {
  fields(io, value);
};

template <typename T>
concept TextEnum = std::is_enum_v<T> && requires(T value, const std::string& text) {
  { to_text(value) } -> std::convertible_to<std::string>;
  { from_text(text, value) } -> std::same_as<bool>;
};

/// Where in a document a value stands, put into words only when it is refused. Each place refers to
/// the one around it, and all refer to text that outlives the reading.
class JsonPlace {
 public:
  template <std::convertible_to<std::string_view> Name>
  JsonPlace(const Name& document) : name_(document) {}

  JsonPlace(const JsonPlace& around, std::string_view field) : around_(&around), name_(field) {}

  JsonPlace(const JsonPlace& around, std::size_t index) : around_(&around), index_(index) {}

  std::string text() const;

 private:
  const JsonPlace* around_ = nullptr;
  std::string_view name_;
  std::size_t index_ = kNone;
  static constexpr std::size_t kNone = ~std::size_t{0};
};

template <typename T>
void read_value(const Json& json, T& value, const JsonPlace& where);

namespace detail {

[[noreturn]] void wrong_type(const JsonPlace& where, const char* wanted, const Json& json);

template <typename T>
struct IsOptional : std::false_type {};

template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <typename T>
struct IsVector : std::false_type {};

template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};

template <typename T>
struct IsMap : std::false_type {};

template <typename T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

template <typename T>
void read_integer(const Json& json, T& value, const JsonPlace& where) {
  if (!json.is_number_integer()) wrong_type(where, "an integer", json);
  const bool fits = json.is_number_unsigned() ? std::in_range<T>(json.template get<std::uint64_t>())
                                              : std::in_range<T>(json.template get<std::int64_t>());
  if (!fits) fail(Kind::corrupt, "{} is out of range", where.text());
  value = json.template get<T>();
}

}  // namespace detail

class JsonReader {
 public:
  JsonReader(const Json& json, const JsonPlace& where) : json_(json), where_(where) {}

  template <typename T>
  void operator()(const char* name, T& value) {
    const auto found = json_.find(name);
    const JsonPlace place(where_, name);
    if (found == json_.end()) fail(Kind::corrupt, "{} is missing", place.text());
    read_value(*found, value, place);
  }

  template <typename T>
  void maybe(const char* name, T& value) {
    const auto found = json_.find(name);
    if (found != json_.end() && !found->is_null())
      read_value(*found, value, JsonPlace(where_, name));
  }

  static constexpr bool reading = true;

 private:
  const Json& json_;
  const JsonPlace& where_;
};

template <typename T>
void read_value(const Json& json, T& value, const JsonPlace& where) {
  using detail::wrong_type;
  if constexpr (std::same_as<T, Json>) {
    value = json;
  } else if constexpr (std::same_as<T, bool>) {
    if (!json.is_boolean()) wrong_type(where, "true or false", json);
    value = json.get<bool>();
  } else if constexpr (std::integral<T>) {
    detail::read_integer(json, value, where);
  } else if constexpr (std::floating_point<T>) {
    if (!json.is_number()) wrong_type(where, "a number", json);
    value = json.get<T>();
  } else if constexpr (std::same_as<T, std::string>) {
    if (!json.is_string()) wrong_type(where, "a string", json);
    value = json.get_ref<const std::string&>();
  } else if constexpr (TextEnum<T>) {
    if (!json.is_string()) wrong_type(where, "a string", json);
    const auto& text = json.get_ref<const std::string&>();
    if (!from_text(text, value))
      fail(Kind::corrupt, "{} has the unknown value \"{}\"", where.text(), text);
  } else if constexpr (detail::IsOptional<T>::value) {
    if (json.is_null()) {
      value.reset();
    } else {
      read_value(json, value.emplace(), where);
    }
  } else if constexpr (detail::IsVector<T>::value) {
    if (!json.is_array()) wrong_type(where, "a list", json);
    value.clear();
    for (const auto& item : json) {
      typename T::value_type element{};
      read_value(item, element, JsonPlace(where, value.size()));
      value.push_back(std::move(element));
    }
  } else if constexpr (detail::IsMap<T>::value) {
    if (!json.is_object()) wrong_type(where, "an object", json);
    value.clear();
    for (const auto& [key, item] : json.items())
      read_value(item, value[key], JsonPlace(where, key));
  } else {
    static_assert(HasFields<T>, "this type has no fields function");
    if (!json.is_object()) wrong_type(where, "an object", json);
    JsonReader io(json, where);
    fields(io, value);
  }
}

template <typename T>
Json to_json(const T& value);

class JsonWriter {
 public:
  explicit JsonWriter(Json& json) : json_(json) {}

  template <typename T>
  void operator()(const char* name, const T& value) {
    json_[name] = to_json(value);
  }

  /// Leaves out what a reader would take as its default: unset, empty, zero or false.
  template <typename T>
  void maybe(const char* name, const T& value) {
    if constexpr (requires { value.empty(); }) {
      if (value.empty()) return;
    } else if constexpr (detail::IsOptional<T>::value) {
      if (!value) return;
    } else if constexpr (std::is_arithmetic_v<T>) {
      if (value == T{}) return;
    }
    json_[name] = to_json(value);
  }

  static constexpr bool reading = false;

 private:
  Json& json_;
};

template <typename T>
Json to_json(const T& value) {
  if constexpr (std::same_as<T, Json> || std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
    return value;
  } else if constexpr (TextEnum<T>) {
    return std::string(to_text(value));
  } else if constexpr (detail::IsOptional<T>::value) {
    return value ? to_json(*value) : Json(nullptr);
  } else if constexpr (detail::IsVector<T>::value) {
    Json list = Json::array();
    for (const auto& item : value)
      list.push_back(to_json(static_cast<const typename T::value_type&>(item)));
    return list;
  } else if constexpr (detail::IsMap<T>::value) {
    Json object = Json::object();
    for (const auto& [key, item] : value) object[key] = to_json(item);
    return object;
  } else {
    Json object = Json::object();
    JsonWriter io(object);
    fields(io, const_cast<T&>(value));  // a writer only reads
    return object;
  }
}

/// Reads a struct; `where` names the document in errors ("manifest").
template <typename T>
T from_json(const Json& json, const std::string& where) {
  T value{};
  read_value(json, value, JsonPlace(where));
  return value;
}

/// Parses text with a bound on nesting (a hostile document must not exhaust the stack). Kind corrupt on failure.
Json parse_json(std::string_view text, const std::string& where, int deepest = 100);

template <typename T>
T from_json_text(std::string_view text, const std::string& where) {
  return from_json<T>(parse_json(text, where), where);
}

}  // namespace base
