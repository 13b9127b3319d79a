// SPDX-License-Identifier: Apache-2.0
#include "container/clone.hpp"

#include <fmt/format.h>

namespace container {

std::string clone_name(Engine& engine, const std::string& original) {
  constexpr std::string_view kMark = "-clone";
  const auto mark = original.find(kMark);
  const bool is_clone = mark != std::string::npos;
  const std::string name =
      is_clone ? original.substr(0, mark + kMark.size()) : original + std::string(kMark);
  if (!is_clone && !engine.containers.find(name)) return name;
  for (int number = 1;; ++number) {
    auto numbered = fmt::format("{}{}", name, number);
    if (!engine.containers.find(numbered)) return numbered;
  }
}

CreateOptions options_of_clone(Engine& engine, const std::string& id) {
  auto options = engine.containers.details(id).options;
  options.cidfile.clear();
  options.pidfile.clear();
  options.monitor_pidfile.clear();
  // Ids that were chosen for the original alone are chosen again.
  if (options.namespaces.user.starts_with("auto")) options.namespaces.mapping.reset();
  return options;
}

}  // namespace container
