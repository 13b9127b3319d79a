// SPDX-License-Identifier: Apache-2.0
#include "render/go_compare.hpp"

#include <fmt/format.h>

#include "render/go_format.hpp"
#include "render/go_functions.hpp"

namespace render {

namespace {

/// The kinds that Go compares with each other.
enum class Basic { boolean, integer, real, string, none };

Basic basic_of(const Json& value) {
  if (value.is_boolean()) return Basic::boolean;
  if (value.is_number_integer()) return Basic::integer;
  if (value.is_number_float()) return Basic::real;
  if (value.is_string()) return Basic::string;
  return Basic::none;
}

[[noreturn]] void incompatible(const Json& a, const Json& b) {
  throw CallFailure{fmt::format(
      "incompatible types for comparison: {} and {}", go_type_name(a), go_type_name(b))};
}

bool equal(const Value& a, const Value& b) {
  if (a.is_nil() || b.is_nil()) return a.is_nil() && b.is_nil();
  const Json &x = a.json(), &y = b.json();
  for (const Json* value : {&x, &y}) {
    if (value->is_structured()) {
      throw CallFailure{go_sprintf("non-comparable type %s: %T", {*value, *value})};
    }
  }
  if (basic_of(x) != basic_of(y)) incompatible(x, y);
  return x == y;
}

bool less(const Value& a, const Value& b) {
  const Json &x = a.json(), &y = b.json();
  const Basic left = basic_of(x), right = basic_of(y);
  if (left == Basic::none || right == Basic::none || left == Basic::boolean) {
    throw CallFailure{"invalid type for comparison"};
  }
  if (left != right) incompatible(x, y);
  return x < y;
}

void need_two(const std::vector<Value>& arguments) {
  if (arguments.size() < 2) throw CallFailure{"missing argument for comparison"};
}

}  // namespace

Value compare_equal(const std::vector<Value>& arguments) {
  need_two(arguments);
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (equal(arguments[0], arguments[i])) return Value(Json(true));
  }
  return Value(Json(false));
}

Value compare_not_equal(const std::vector<Value>& a) {
  return Value(Json(!equal(a[0], a[1])));
}

Value compare_less(const std::vector<Value>& a) {
  return Value(Json(less(a[0], a[1])));
}

Value compare_less_or_equal(const std::vector<Value>& a) {
  return Value(Json(less(a[0], a[1]) || equal(a[0], a[1])));
}

Value compare_greater(const std::vector<Value>& a) {
  return Value(Json(!less(a[0], a[1]) && !equal(a[0], a[1])));
}

Value compare_greater_or_equal(const std::vector<Value>& a) {
  return Value(Json(!less(a[0], a[1])));
}

}  // namespace render
