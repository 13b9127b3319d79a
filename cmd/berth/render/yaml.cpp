// SPDX-License-Identifier: Apache-2.0
#include "render/yaml.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace render {

namespace {

using Json = nlohmann::json;

/// True when the text, written bare, would be read as a text and as the same one.
bool is_plain(const std::string& text) {
  constexpr std::array<std::string_view, 12> kWords{
      "null", "~", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf"};
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  if (std::find(kWords.begin(), kWords.end(), text) != kWords.end()) return false;
  char* end = nullptr;
  std::strtod(text.c_str(), &end);  // hexadecimal ones, too
  if (*end == '\0' || text.find_first_not_of("0123456789+-_:") == std::string::npos) return false;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@`").find(text.front()) != std::string_view::npos)
    return false;
  if (text.find(": ") != std::string::npos || text.find(" #") != std::string::npos ||
      text.back() == ':')
    return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
  });
}

std::string text_of(const std::string& text) {
  return is_plain(text) ? text : Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string scalar(const Json& json) {
  if (json.is_string()) return text_of(json.get_ref<const std::string&>());
  if (json.is_object()) return "{}";
  if (json.is_array()) return "[]";
  return json.dump();
}

bool is_block(const Json& json) {
  return json.is_structured() && !json.empty();
}

void write(const Json& json, const std::string& indent, std::string& out) {
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      out += indent + text_of(key) + ":";
      if (!is_block(value)) {
        out += " " + scalar(value) + "\n";
        continue;
      }
      out += "\n";
      // As Go's encoder has it, a list stands no deeper than its key.
      write(value, value.is_array() ? indent : indent + "  ", out);
    }
  } else if (json.is_array()) {
    for (const auto& value : json) {
      if (!is_block(value)) {
        out += indent + "- " + scalar(value) + "\n";
        continue;
      }
      const std::size_t start = out.size();
      write(value, indent + "  ", out);
      out[start + indent.size()] = '-';
    }
  } else {
    out += indent + scalar(json) + "\n";
  }
}

}  // namespace

std::string yaml(const nlohmann::json& json) {
  std::string out;
  if (is_block(json))
    write(json, "", out);
  else
    out = scalar(json) + "\n";
  return out;
}

}  // namespace render
