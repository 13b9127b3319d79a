// SPDX-License-Identifier: Apache-2.0
#include "base/json_fields.hpp"

namespace base {

namespace {

/// Depth of brackets outside strings: found before parsing, as parsing and destruction both recurse.
bool nests_deeper_than(std::string_view text, int deepest) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > deepest) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

}  // namespace

std::string JsonPlace::text() const {
  if (!around_) return std::string(name_);
  const std::string around = around_->text();
  if (index_ != kNone) return fmt::format("{}[{}]", around, index_);
  return around.empty() ? std::string(name_) : fmt::format("{}.{}", around, name_);
}

void detail::wrong_type(const JsonPlace& where, const char* wanted, const Json& json) {
  fail(Kind::corrupt, "{} must be {}, not {}", where.text(), wanted, json.type_name());
}

Json parse_json(std::string_view text, const std::string& where, int deepest) {
  if (nests_deeper_than(text, deepest)) fail(Kind::corrupt, "{} is nested too deeply", where);
  try {
    return Json::parse(text);
  } catch (const Json::exception& e) {
    fail(Kind::corrupt, "{} is not valid JSON", where);
  }
}

}  // namespace base
