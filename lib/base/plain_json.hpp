// SPDX-License-Identifier: Apache-2.0
// Reads structs straight from JSON text, without a tree of values in between: a tenth of the work, for what is read by the
// thousand. It knows JSON as we write it ourselves, and leaves everything else to the reader that knows all and can say what
// is wrong:
//
//   if (!base::read_plain_json(text, summary)) summary = base::from_json_text<Summary>(text, "container x");
//
// Plain is what has no blanks between its parts, no null, no fraction, no byte above 127, no \u, no member that the struct does
// not have, and none twice. Supported: bool, integers, std::string, std::vector, std::map<std::string, T>, and structs with
// `fields` (json_fields.hpp).
#pragma once

#include <array>
#include <charconv>
#include <string_view>

#include "base/json_fields.hpp"

namespace base {

/// False when the text is not plain JSON of such a value; then `value` holds anything.
template <typename T>
[[nodiscard]] bool read_plain_json(std::string_view text, T& value);

namespace detail {

/// The items of a list, or the members of an object, one after the other.
class PlainItems {
 public:
  enum class Of { list, object };

  PlainItems(std::string_view text, Of of);

  /// To the first or next item; false behind the last one, and where the text is not plain.
  bool next();

  /// Whether all was plain, once next() is false.
  bool is_plain() const { return is_plain_; }

  /// Of a member, with its quotes.
  std::string_view name() const { return name_; }

  std::string_view value() const { return value_; }

 private:
  bool take(char c);
  std::string_view take_value();

  Of of_;
  bool is_first_ = true, is_plain_ = true;
  std::string_view rest_;  ///< between the brackets
  std::string_view name_, value_;
};

/// What `fields` asks for the members of an object.
class PlainReader {
 public:
  explicit PlainReader(std::string_view text);

  template <typename T>
  void operator()(const char* name, T& value) {
    const auto* text = find(name);
    is_plain_ = is_plain_ && text && read_plain_json(*text, value);
  }

  template <typename T>
  void maybe(const char* name, T& value) {
    const auto* text = find(name);
    if (text) is_plain_ = is_plain_ && read_plain_json(*text, value);
  }

  /// Whether all was plain, and each member was asked for.
  bool is_done() const { return is_plain_ && asked_ == count_; }

  static constexpr bool reading = true;

 private:
  struct Member {
    std::string_view name, value;
  };

  const std::string_view* find(std::string_view name);

  std::array<Member, 24> members_;
  std::size_t count_ = 0, asked_ = 0;
  bool is_plain_ = true;
};

/// A string with its quotes.
bool read_plain_string(std::string_view text, std::string& value);

template <typename T>
bool read_plain_integer(std::string_view text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const bool is_padded = text.starts_with("-0") || (text.starts_with('0') && text.size() > 1);
  return error == std::errc{} && stop == end && !is_padded;
}

template <typename T>
bool read_plain_list(std::string_view text, std::vector<T>& list) {
  list.clear();
  PlainItems items(text, PlainItems::Of::list);
  while (items.next()) {
    if (!read_plain_json(items.value(), list.emplace_back())) return false;
  }
  return items.is_plain();
}

template <typename T>
bool read_plain_map(std::string_view text, std::map<std::string, T>& map) {
  map.clear();
  PlainItems items(text, PlainItems::Of::object);
  std::string name;
  while (items.next()) {
    if (!read_plain_string(items.name(), name)) return false;
    const auto [place, is_new] = map.try_emplace(name);
    if (!is_new || !read_plain_json(items.value(), place->second)) return false;
  }
  return items.is_plain();
}

}  // namespace detail

template <typename T>
bool read_plain_json(std::string_view text, T& value) {
  if constexpr (std::same_as<T, bool>) {
    value = text == "true";
    return value || text == "false";
  } else if constexpr (std::integral<T>) {
    return detail::read_plain_integer(text, value);
  } else if constexpr (std::same_as<T, std::string>) {
    return detail::read_plain_string(text, value);
  } else if constexpr (detail::IsVector<T>::value) {
    return detail::read_plain_list(text, value);
  } else if constexpr (detail::IsMap<T>::value) {
    return detail::read_plain_map(text, value);
  } else {
    detail::PlainReader io(text);
    fields(io, value);
    return io.is_done();
  }
}

}  // namespace base
