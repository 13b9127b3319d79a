// SPDX-License-Identifier: Apache-2.0
#include "base/toml.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <utility>

#include "base/log.hpp"
#include "base/toml_library.hpp"

namespace base {

namespace {

Json json_of(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    Json object = Json::object();
    for (const auto& [key, value] : *table) object[std::string(key.str())] = json_of(value);
    return object;
  }
  if (const auto* array = node.as_array()) {
    Json list = Json::array();
    for (const auto& value : *array) list.push_back(json_of(value));
    return list;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  std::ostringstream text;
  node.visit([&](const auto& value) { text << value; });
  return text.str();
}

/// True for "[engine]": a table begins, and nothing is said in it yet.
bool is_header(std::string_view line) {
  return line.size() > 2 && line.front() == '[' && line.back() == ']' &&
         std::all_of(line.begin() + 1, line.end() - 1, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_';
         });
}

bool is_comment(std::string_view line) {
  std::size_t first = 0;
  while (first < line.size() && (line[first] == ' ' || line[first] == '\t')) ++first;
  return first == line.size() || line[first] == '#';
}

}  // namespace

Json parse_toml(std::string_view text, const std::string& path) {
  try {
    return json_of(toml::parse(text));
  } catch (const toml::parse_error& e) {
    fail(Kind::usage, "{}:{}: {}", path, e.source().begin.line, printable(e.description()));
  }
}

std::string toml_without_comments(std::string_view text) {
  if (text.find("'''") != std::string_view::npos || text.find("\"\"\"") != std::string_view::npos)
    return std::string(text);  // such a line may be part of a long string
  std::string kept;
  bool says_something = false;
  std::size_t skipped = 0;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (is_comment(line)) {
      ++skipped;
    } else {
      kept.append(std::exchange(skipped, 0), '\n').append(line) += '\n';
      says_something |= !is_header(line);
    }
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return says_something ? kept : std::string();
}

}  // namespace base
