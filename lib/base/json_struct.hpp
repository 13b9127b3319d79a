// SPDX-License-Identifier: Apache-2.0
// A JSON object that stands for a Go struct: a template prints its fields in their order, "{RLIMIT_CORE -1 -1}". The order is
// carried in a member of its own, whose name no other has.
#pragma once

#include <initializer_list>

#include "base/json_fields.hpp"

namespace base {

inline constexpr const char* kStructOrder = "\x01order";

inline void make_struct(Json& object, std::initializer_list<const char*> order) {
  object[kStructOrder] = order;
}

/// Takes the orders away, for what is kept as plain JSON.
inline void forget_structs(Json& json) {
  if (json.is_object()) json.erase(kStructOrder);
  if (!json.is_structured()) return;
  for (auto& item : json) forget_structs(item);
}

/// The fields' names in their order; nullptr for a map.
inline const Json* find_struct_order(const Json& object) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(kStructOrder);
  return found == object.end() ? nullptr : &*found;
}

}  // namespace base
