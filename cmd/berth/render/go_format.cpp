// SPDX-License-Identifier: Apache-2.0
#include "render/go_format.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/json_duration.hpp"
#include "base/json_struct.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "render/go_lexer.hpp"
#include "render/go_literals.hpp"
#include "render/go_value.hpp"

namespace render {

namespace {

constexpr int kWidest = 10'000;  ///< Go's own limit is a million

/// One verb of a format: "%-8s".
struct Spec {
  bool minus = false, plus = false, sharp = false, space = false, zero = false;
  std::optional<int> width, precision;
  char verb = 'v';
};

std::string bad_verb(const Spec& spec, const Json& value) {
  if (value.is_null()) return fmt::format("%!{}(<nil>)", spec.verb);
  return fmt::format("%!{}({}={})", spec.verb, go_type_name(value), go_text(value));
}

/// Length in code points.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string pad(std::string text, const Spec& spec) {
  const auto length = static_cast<int>(length_of(text));
  if (!spec.width || *spec.width <= length) return text;
  const auto missing = static_cast<std::size_t>(*spec.width - length);
  if (spec.minus) return text + std::string(missing, ' ');
  if (!spec.zero) return std::string(missing, ' ') + text;
  const bool is_signed = text.starts_with('-') || text.starts_with('+') || text.starts_with(' ');
  return text.insert(is_signed ? 1 : 0, missing, '0');
}

std::string in_radix(std::uint64_t value, int radix) {
  char digits[65];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, radix).ptr;
  return {digits, end};
}

std::string sign_of(bool negative, const Spec& spec) {
  return negative ? "-" : spec.plus ? "+" : spec.space ? " " : "";
}

std::string format_integer(const Json& value, const Spec& spec) {
  const bool negative = !value.is_number_unsigned() && value.get<std::int64_t>() < 0;
  const std::uint64_t size = negative ? 0 - static_cast<std::uint64_t>(value.get<std::int64_t>())
                                      : value.get<std::uint64_t>();
  std::string digits, prefix;
  switch (spec.verb) {
    case 'v':
    case 'd':
      digits = in_radix(size, 10);
      break;
    case 'b':
      digits = in_radix(size, 2), prefix = spec.sharp ? "0b" : "";
      break;
    case 'o':
      digits = in_radix(size, 8), prefix = spec.sharp ? "0" : "";
      break;
    case 'O':
      digits = in_radix(size, 8), prefix = "0o";
      break;
    case 'x':
      digits = in_radix(size, 16), prefix = spec.sharp ? "0x" : "";
      break;
    case 'X':
      digits = base::upper(in_radix(size, 16)), prefix = spec.sharp ? "0X" : "";
      break;
    case 'c':
      return pad(to_utf8(static_cast<std::uint32_t>(std::min<std::uint64_t>(size, 0x10FFFF))),
                 spec);
    case 'U':
      return pad(fmt::format("U+{:04X}", size), spec);
    default:
      return bad_verb(spec, value);
  }
  Spec padding = spec;
  if (spec.precision) {
    const auto least = static_cast<std::size_t>(*spec.precision);
    if (digits.size() < least) digits.insert(0, least - digits.size(), '0');
    padding.zero = false;
  }
  return pad(sign_of(negative, spec) + prefix + digits, padding);
}

/// %v of a float: the fewest digits that give it back, with an exponent below -4 and from 6 on.
std::string shortest(double value) {
  char text[64];
  const auto scientific =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  const std::string result(text, scientific.ptr);
  const int exponent = std::atoi(result.c_str() + result.find('e') + 1);
  if (exponent < -4 || exponent >= 6) return result;
  char plain[512];
  const auto fixed = std::to_chars(plain, plain + sizeof plain, value, std::chars_format::fixed);
  return {plain, fixed.ptr};
}

std::string format_float(const Json& value, const Spec& spec) {
  const double number = value.get<double>();
  const double size = std::fabs(number);
  const char verb = spec.verb == 'v' ? 'g' : spec.verb == 'F' ? 'f' : spec.verb;
  std::string text;
  if (std::string_view("eEfgG").find(verb) == std::string_view::npos) return bad_verb(spec, value);
  const char lower = verb == 'E' ? 'e' : verb == 'G' ? 'g' : verb;
  if (std::isnan(number) || std::isinf(number))
    text = std::isnan(number) ? "NaN" : "Inf";
  else if (!spec.precision && lower == 'g')
    text = shortest(size);
  else if (lower == 'e')
    text = fmt::format("{:.{}e}", size, spec.precision.value_or(6));
  else if (lower == 'f')
    text = fmt::format("{:.{}f}", size, spec.precision.value_or(6));
  else
    text = fmt::format("{:.{}g}", size, *spec.precision);
  if (verb == 'E' || verb == 'G') text = base::upper(text);
  return pad(sign_of(std::signbit(number), spec) + text, spec);
}

std::string hexadecimal(std::string_view text, bool upper) {
  std::string digits;
  for (const char c : text) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return upper ? base::upper(digits) : digits;
}

std::string first_code_points(std::string_view text, int count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool starts = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (starts && count-- == 0) break;
  }
  return std::string(text.substr(0, at));
}

std::string format_string(const Json& value, const Spec& spec) {
  const auto& whole = value.get_ref<const std::string&>();
  const std::string text = spec.precision && spec.verb != 'x' && spec.verb != 'X'
                               ? first_code_points(whole, *spec.precision)
                               : whole;
  switch (spec.verb) {
    case 'v':
    case 's':
      return pad(spec.sharp && spec.verb == 'v' ? go_quote(text) : text, spec);
    case 'q':
      return pad(
          spec.sharp && text.find('`') == std::string::npos ? "`" + text + "`" : go_quote(text),
          spec);
    case 'x':
    case 'X':
      return pad(hexadecimal(text, spec.verb == 'X'), spec);
    default:
      return bad_verb(spec, value);
  }
}

std::string format_value(const Json& value, const Spec& spec);

/// "{RLIMIT_CORE -1 -1}"; what JSON leaves out is an empty text.
std::string format_struct(const Json& value, const Json& order, const Spec& spec) {
  std::vector<std::string> fields;
  for (const auto& name : order) {
    const auto field = value.find(name.get_ref<const std::string&>());
    fields.push_back(field == value.end() ? "" : format_value(*field, spec));
  }
  return "{" + base::join(fields, " ") + "}";
}

/// Verbs apply to each element of lists and maps.
std::string format_many(const Json& value, const Spec& spec) {
  if (const auto* order = base::find_struct_order(value)) return format_struct(value, *order, spec);
  const bool go_syntax = spec.sharp && spec.verb == 'v';
  std::string text;
  for (const auto& [key, item] : value.items()) {
    if (!text.empty()) text += go_syntax ? ", " : " ";
    if (value.is_object()) text += format_value(key, spec) + ":";
    text += format_value(item, spec);
  }
  if (go_syntax) return go_type_name(value) + "{" + text + "}";
  return value.is_object() ? "map[" + text + "]" : "[" + text + "]";
}

std::string format_value(const Json& value, const Spec& spec) {
  if (spec.verb == 'T') return pad(value.is_null() ? "<nil>" : go_type_name(value), spec);
  if (value.is_null())
    return spec.verb == 'v' ? pad(spec.sharp ? "interface {}(nil)" : "<nil>", spec)
                            : bad_verb(spec, value);
  if (value.is_structured()) return format_many(value, spec);
  if (const auto span = base::find_duration(value)) {
    if (spec.verb != 'v' && spec.verb != 's') return format_integer(*span, spec);
    return pad(base::duration_text(std::chrono::nanoseconds(*span)), spec);
  }
  if (value.is_string()) return format_string(value, spec);
  if (value.is_number_integer()) return format_integer(value, spec);
  if (value.is_number_float()) return format_float(value, spec);
  if (spec.verb != 'v' && spec.verb != 't') return bad_verb(spec, value);
  return pad(value.get<bool>() ? "true" : "false", spec);
}

class Formatter {
 public:
  Formatter(std::string_view format, const std::vector<Json>& arguments)
      : format_(format), arguments_(arguments) {}

  std::string run() {
    while (at_ < format_.size()) {
      const auto percent = std::min(format_.find('%', at_), format_.size());
      out_ += format_.substr(at_, percent - at_);
      at_ = percent;
      if (at_ < format_.size()) {
        ++at_;
        verb();
      }
    }
    if (!reordered_ && next_ < arguments_.size()) extra();
    return std::move(out_);
  }

 private:
  void verb() {
    Spec spec;
    read_flags(spec);
    read_index();
    spec.width = read_number();
    if (spec.width && *spec.width < 0) {
      spec.minus = true;
      spec.width = -*spec.width;
    }
    if (take('.')) {
      read_index();
      spec.precision = read_number().value_or(0);
      if (*spec.precision < 0) spec.precision.reset();
    }
    read_index();
    if (at_ == format_.size()) {
      out_ += "%!(NOVERB)";
      return;
    }
    spec.verb = format_[at_++];
    if (spec.minus) spec.zero = false;
    if (spec.verb == 'v')
      spec.plus = false;  // %+v names the fields of structs, of which JSON has none
    if (spec.verb == '%')
      out_ += '%';
    else if (bad_index_)
      out_ += fmt::format("%!{}(BADINDEX)", spec.verb);
    else if (next_ >= arguments_.size())
      out_ += fmt::format("%!{}(MISSING)", spec.verb);
    else
      out_ += format_value(arguments_[next_++], spec);
    bad_index_ = false;
  }

  void read_flags(Spec& spec) {
    for (; at_ < format_.size(); ++at_) {
      switch (format_[at_]) {
        case '-':
          spec.minus = true;
          continue;
        case '+':
          spec.plus = true;
          continue;
        case '#':
          spec.sharp = true;
          continue;
        case ' ':
          spec.space = true;
          continue;
        case '0':
          spec.zero = true;
          continue;
        default:
          return;
      }
    }
  }

  /// "[2]": the argument that comes next.
  void read_index() {
    if (!take('[')) return;
    const auto close = format_.find(']', at_);
    const auto number = close == std::string_view::npos
                            ? std::nullopt
                            : base::parse_number<std::size_t>(format_.substr(at_, close - at_));
    at_ = close == std::string_view::npos ? format_.size() : close + 1;
    reordered_ = true;
    if (number && *number >= 1 && *number <= arguments_.size())
      next_ = *number - 1;
    else
      bad_index_ = true;
  }

  /// Digits or "*".
  std::optional<int> read_number() {
    if (take('*')) {
      if (next_ >= arguments_.size() || !arguments_[next_].is_number_integer()) {
        out_ += "%!(BADWIDTH)";
        ++next_;
        return std::nullopt;
      }
      const auto value = arguments_[next_++].get<std::int64_t>();
      return static_cast<int>(std::clamp<std::int64_t>(value, -kWidest, kWidest));
    }
    const std::size_t first = at_;
    while (at_ < format_.size() && format_[at_] >= '0' && format_[at_] <= '9') ++at_;
    if (at_ == first) return std::nullopt;
    return std::min(base::parse_number<int>(format_.substr(first, at_ - first)).value_or(kWidest),
                    kWidest);
  }

  bool take(char c) {
    if (at_ >= format_.size() || format_[at_] != c) return false;
    ++at_;
    return true;
  }

  void extra() {
    std::string list;
    for (; next_ < arguments_.size(); ++next_) {
      const Json& value = arguments_[next_];
      if (!list.empty()) list += ", ";
      list += value.is_null() ? "<nil>" : go_type_name(value) + "=" + go_text(value);
    }
    out_ += "%!(EXTRA " + list + ")";
  }

  std::string_view format_;
  const std::vector<Json>& arguments_;
  std::size_t at_ = 0, next_ = 0;
  bool reordered_ = false, bad_index_ = false;
  std::string out_;
};

/// As Go's encoder: 1.0 is 1, and exponents begin at 21 digits.
std::string json_float(double value) {
  if (!std::isfinite(value)) return "null";
  const bool scientific = value != 0 && (std::fabs(value) < 1e-6 || std::fabs(value) >= 1e21);
  char text[64];
  const auto form = scientific ? std::chars_format::scientific : std::chars_format::fixed;
  std::string result(text, std::to_chars(text, text + sizeof text, value, form).ptr);
  // Go writes e-09 as e-9.
  if (const auto zero = result.find("e-0"); zero != std::string::npos) result.erase(zero + 2, 1);
  return result;
}

/// Most texts stand for themselves between quotes.
void encode_text(const std::string& text, std::string& out) {
  const bool is_plain = std::ranges::all_of(
      text, [](char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; });
  if (is_plain)
    out.append(1, '"').append(text).append(1, '"');
  else
    out += Json(text).dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

class Encoder {
 public:
  Encoder(int indent, std::string& out) : indent_(indent), out_(out) {}

  void encode(const Json& value, int depth) {
    if (value.is_string())
      encode_text(value.get_ref<const std::string&>(), out_);
    else if (value.is_boolean())
      out_ += value.get<bool>() ? "true" : "false";
    else if (value.is_number_unsigned())
      out_ += std::to_string(value.get<std::uint64_t>());
    else if (value.is_number_integer())
      out_ += std::to_string(value.get<std::int64_t>());
    else if (value.is_number_float())
      out_ += json_float(value.get<double>());
    else if (const auto span = base::find_duration(value))
      out_ += std::to_string(*span);
    else if (value.is_object())
      encode_object(value, depth);
    else if (value.is_array())
      encode_list(value, depth);
    else
      out_ += value.dump();
  }

 private:
  void encode_list(const Json& value, int depth) {
    bool is_first = true;
    out_ += '[';
    for (const auto& item : value.get_ref<const Json::array_t&>()) {
      begin_item(is_first, depth);
      encode(item, depth + 1);
    }
    end_items(is_first, depth);
    out_ += ']';
  }

  void encode_object(const Json& value, int depth) {
    bool is_first = true;
    const auto add = [&](const std::string& key, const Json& item) {
      begin_item(is_first, depth);
      encode_text(key, out_);
      out_ += indent_ == 0 ? ":" : ": ";
      encode(item, depth + 1);
    };
    out_ += '{';
    if (const auto* order = base::find_struct_order(value)) {
      for (const std::string name : *order)
        if (value.contains(name)) add(name, value[name]);
    } else {
      for (const auto& [key, item] : value.get_ref<const Json::object_t&>()) add(key, item);
    }
    end_items(is_first, depth);
    out_ += '}';
  }

  void begin_item(bool& is_first, int depth) {
    if (!std::exchange(is_first, false)) out_ += ',';
    new_line(depth + 1);
  }

  void end_items(bool is_empty, int depth) {
    if (!is_empty) new_line(depth);
  }

  void new_line(int depth) {
    if (indent_ > 0) out_.append(1, '\n').append(static_cast<std::size_t>(indent_ * depth), ' ');
  }

  int indent_;
  std::string& out_;
};

}  // namespace

std::string go_text(const Json& value) {
  return format_value(value, {});
}

std::string go_sprintf(std::string_view format, const std::vector<Json>& arguments) {
  return Formatter(format, arguments).run();
}

std::string go_sprint(const std::vector<Json>& arguments) {
  std::string text;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0 && !arguments[i].is_string() && !arguments[i - 1].is_string()) text += ' ';
    text += go_text(arguments[i]);
  }
  return text;
}

std::string go_sprintln(const std::vector<Json>& arguments) {
  std::string text;
  for (const auto& argument : arguments)
    text += (&argument == &arguments.front() ? "" : " ") + go_text(argument);
  return text + "\n";
}

std::string go_json(const Json& value, int indent) {
  std::string text;
  Encoder(indent, text).encode(value, 0);
  return text;
}

}  // namespace render
