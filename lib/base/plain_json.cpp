// SPDX-License-Identifier: Apache-2.0
#include "base/plain_json.hpp"

#include <algorithm>
#include <utility>

namespace base::detail {

namespace {

/// What stands for an escaped character; zero for what is not plain.
char unescaped(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

/// Characters that stand for themselves.
bool is_literal(char c) {
  return c >= ' ' && static_cast<unsigned char>(c) < 0x80 && c != '"' && c != '\\';
}

/// Behind the string that begins at `at`; the text's end when nothing ends it.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

/// Behind the list or object that begins at `at`, found by counting brackets.
std::size_t end_of_brackets(std::string_view text, std::size_t at) {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      continue;
    }
    ++at;
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && --depth == 0) break;
  }
  return at;
}

std::size_t end_of_value(std::string_view text) {
  if (text.starts_with('"')) return end_of_string(text, 0);
  if (text.starts_with('[') || text.starts_with('{')) return end_of_brackets(text, 0);
  return std::min(text.find_first_of(",:]}"), text.size());
}

}  // namespace

PlainItems::PlainItems(std::string_view text, Of of) : of_(of) {
  const auto [open, close] = of == Of::list ? std::pair('[', ']') : std::pair('{', '}');
  is_plain_ = text.size() >= 2 && text.front() == open && text.back() == close;
  if (is_plain_) rest_ = text.substr(1, text.size() - 2);
}

bool PlainItems::next() {
  if (!is_plain_ || rest_.empty()) return false;
  is_plain_ = std::exchange(is_first_, false) || take(',');
  if (of_ == Of::object) {
    name_ = take_value();
    is_plain_ = is_plain_ && take(':');
  }
  value_ = take_value();
  is_plain_ = is_plain_ && !value_.empty();
  return is_plain_;
}

bool PlainItems::take(char c) {
  if (!rest_.starts_with(c)) return false;
  rest_.remove_prefix(1);
  return true;
}

std::string_view PlainItems::take_value() {
  const auto value = rest_.substr(0, end_of_value(rest_));
  rest_.remove_prefix(value.size());
  return value;
}

PlainReader::PlainReader(std::string_view text) {
  PlainItems items(text, PlainItems::Of::object);
  while (is_plain_ && items.next()) {
    const auto name = items.name();
    is_plain_ = count_ < members_.size() && name.size() >= 2 && name.front() == '"';
    if (is_plain_) members_[count_++] = {name.substr(1, name.size() - 2), items.value()};
  }
  is_plain_ = is_plain_ && items.is_plain();
}

const std::string_view* PlainReader::find(std::string_view name) {
  for (std::size_t i = 0; i < count_; ++i) {
    if (members_[i].name != name) continue;
    ++asked_;
    return &members_[i].value;
  }
  return nullptr;
}

bool read_plain_string(std::string_view text, std::string& value) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  const auto special = std::find_if_not(text.begin(), text.end(), is_literal);
  value.assign(text.begin(), special);
  for (auto at = special; at != text.end(); ++at) {
    char c = *at;
    if (c == '\\')
      c = ++at == text.end() ? '\0' : unescaped(*at);
    else if (!is_literal(c))
      return false;
    if (c == '\0') return false;
    value += c;
  }
  return true;
}

}  // namespace base::detail
