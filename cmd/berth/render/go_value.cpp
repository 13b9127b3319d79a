// SPDX-License-Identifier: Apache-2.0
#include "render/go_value.hpp"

namespace render {

std::string go_type_name(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean:
      return "bool";
    case Json::value_t::string:
      return "string";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return "int";
    case Json::value_t::number_float:
      return "float64";
    case Json::value_t::array:
      return "[]interface {}";
    case Json::value_t::object:
      return "map[string]interface {}";
    default:
      return "nil";
  }
}

bool Value::is_true() const {
  const Json& value = json();
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_string()) return !string().empty();
  if (value.is_number()) return value.get<double>() != 0;
  return !value.empty();  // null is empty, too
}

std::string Value::type_name() const {
  return boxed_ ? "interface {}" : go_type_name(json());
}

}  // namespace render
