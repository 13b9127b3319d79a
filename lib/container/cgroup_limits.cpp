// SPDX-License-Identifier: Apache-2.0
// Limits that this host or this user cannot have: Docker warns, leaves them out and goes on.
#include <algorithm>

#include "base/error.hpp"
#include "container/cgroup.hpp"

namespace container {

std::vector<std::string> discard_unusable_limits(Resources& resources, const CgroupPlan& plan) {
  std::vector<std::string> warnings;
  const auto usable = [&](const char* controller) {
    return std::find(plan.controllers.begin(), plan.controllers.end(), controller) !=
           plan.controllers.end();
  };
  const auto discard = [&](auto& limit, const char* warning) {
    if (limit && *limit != 0 && warning) warnings.emplace_back(warning);
    limit.reset();
  };
  if (!usable("memory")) {
    discard(resources.memory,
            "Your kernel does not support memory limit capabilities or the cgroup is not mounted. "
            "Limitation discarded.");
    discard(resources.memory_swap, nullptr);
    discard(resources.memory_reservation,
            "Your kernel does not support memory soft limit capabilities or the cgroup is not "
            "mounted. Limitation "
            "discarded.");
  }
  if (resources.memory.value_or(0) > 0 && resources.memory_swap != -1 && !plan.swap_limit) {
    warnings.emplace_back(
        "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory "
        "limited without swap.");
    resources.memory_swap = -1;
  }
  if (!usable("pids")) {
    discard(resources.pids_limit,
            "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. "
            "PIDs limit discarded.");
  }
  if (!usable("cpu")) {
    if (resources.nano_cpus.value_or(0) > 0) {
      base::fail(base::Kind::usage,
                 "NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler or "
                 "the cgroup is not "
                 "mounted");
    }
    discard(
        resources.cpu_shares,
        "Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded.");
    const bool quota =
        resources.cpu_quota.value_or(0) != 0 || resources.cpu_period.value_or(0) != 0;
    if (quota)
      warnings.emplace_back(
          "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.");
    discard(resources.cpu_quota, nullptr);
    discard(resources.cpu_period, nullptr);
  }
  if (!usable("cpuset") && !(resources.cpuset_cpus.empty() && resources.cpuset_mems.empty())) {
    warnings.emplace_back(
        "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.");
    resources.cpuset_cpus.clear();
    resources.cpuset_mems.clear();
  }
  return warnings;
}

}  // namespace container
