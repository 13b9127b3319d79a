// SPDX-License-Identifier: Apache-2.0
// linux.resources. The runtime translates for cgroup v1 and v2.
#include "container/spec/parts.hpp"

namespace container::spec {

namespace {

/// Docker's period for --cpus, microseconds.
constexpr std::int64_t kPeriod = 100'000;

base::Json memory(const Input& in) {
  const Resources& r = in.options.resources;
  base::Json part = base::Json::object();
  if (r.memory && *r.memory > 0) {
    part["limit"] = *r.memory;
    // As docker: twice the memory, of both together, unless told otherwise.
    const std::int64_t swap = r.memory_swap.value_or(0) != 0 ? *r.memory_swap : *r.memory * 2;
    if (in.facts.swap_limit) part["swap"] = swap;
  }
  if (r.memory_reservation && *r.memory_reservation > 0)
    part["reservation"] = *r.memory_reservation;
  return part;
}

base::Json cpu(const Resources& r) {
  base::Json part = base::Json::object();
  if (r.cpu_shares.value_or(0) > 0) part["shares"] = *r.cpu_shares;
  if (r.nano_cpus.value_or(0) > 0) {
    part["period"] = kPeriod;
    part["quota"] = *r.nano_cpus * kPeriod / 1'000'000'000;
  }
  if (r.cpu_period.value_or(0) != 0) part["period"] = *r.cpu_period;
  if (r.cpu_quota.value_or(0) != 0) part["quota"] = *r.cpu_quota;
  if (!r.cpuset_cpus.empty()) part["cpus"] = r.cpuset_cpus;
  if (!r.cpuset_mems.empty()) part["mems"] = r.cpuset_mems;
  return part;
}

}  // namespace

base::Json resources(const Input& in) {
  base::Json part = base::Json::object();
  // Rules for devices need root; a user namespace has no rights to devices anyway.
  if (!in.facts.rootless) part["devices"] = device_rules(in);
  if (!in.facts.cgroup_limits) return part;
  if (auto limits = memory(in); !limits.empty()) part["memory"] = std::move(limits);
  if (auto limits = cpu(in.options.resources); !limits.empty()) part["cpu"] = std::move(limits);
  if (in.options.resources.pids_limit.value_or(0) > 0) {
    part["pids"] = {{"limit", *in.options.resources.pids_limit}};
  }
  return part;
}

}  // namespace container::spec
