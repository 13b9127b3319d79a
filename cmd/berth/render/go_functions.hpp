// SPDX-License-Identifier: Apache-2.0
// The functions of templates: Go's own, docker's and podman's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "render/go_value.hpp"

namespace render {

/// Why a function cannot do what it is asked; becomes "error calling NAME: …".
struct CallFailure {
  std::string why;
};

struct Function {
  enum class Takes { any, string, integer, list };

  std::string_view name;
  std::vector<Takes> parameters;
  bool variadic = false;  ///< the last parameter any number of times
  Value (*call)(const std::vector<Value>&);
  /// A header's template has this hand its first argument on (docker's HeaderFunctions).
  bool passes_header = false;
};

/// Null when there is none. `and` and `or` are known, but carried out by the executor, as they stop
/// early.
const Function* find_function(std::string_view name);

/// "string", "int", "[]interface {}", "interface {}".
std::string parameter_type(Function::Takes takes);

}  // namespace render
