// SPDX-License-Identifier: Apache-2.0
#include "base/toml.hpp"

#include <sstream>

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

}  // namespace

Json parse_toml(std::string_view text, const std::string& path) {
  try {
    return json_of(toml::parse(text));
  } catch (const toml::parse_error& e) {
    fail(Kind::usage, "{}:{}: {}", path, e.source().begin.line, printable(e.description()));
  }
}

}  // namespace base
