// SPDX-License-Identifier: Apache-2.0
// eq ne lt le gt ge.
#pragma once

#include <vector>

#include "render/go_value.hpp"

namespace render {

Value compare_equal(const std::vector<Value>& arguments);
Value compare_not_equal(const std::vector<Value>& arguments);
Value compare_less(const std::vector<Value>& arguments);
Value compare_less_or_equal(const std::vector<Value>& arguments);
Value compare_greater(const std::vector<Value>& arguments);
Value compare_greater_or_equal(const std::vector<Value>& arguments);

}  // namespace render
