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
  // cgroup v2 has neither of the two.
  if (!in.facts.cgroup_v2 && r.memory_swappiness.value_or(-1) >= 0)
    part["swappiness"] = *r.memory_swappiness;
  if (!in.facts.cgroup_v2 && r.oom_kill_disable) part["disableOOMKiller"] = true;
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
  if (r.cpu_rt_period.value_or(0) != 0) part["realtimePeriod"] = *r.cpu_rt_period;
  if (r.cpu_rt_runtime.value_or(0) != 0) part["realtimeRuntime"] = *r.cpu_rt_runtime;
  if (!r.cpuset_cpus.empty()) part["cpus"] = r.cpuset_cpus;
  if (!r.cpuset_mems.empty()) part["mems"] = r.cpuset_mems;
  return part;
}

base::Json limits_json(const std::vector<DeviceLimit>& limits, const char* value) {
  base::Json list = base::Json::array();
  for (const auto& limit : limits)
    list.push_back({{"major", limit.major}, {"minor", limit.minor}, {value, limit.rate}});
  return list;
}

base::Json block_io(const Input& in) {
  base::Json part = base::Json::object();
  if (const auto weight = in.options.resources.blkio_weight.value_or(0); weight > 0)
    part["weight"] = weight;
  const auto add = [&](const char* name, const std::vector<DeviceLimit>& limits) {
    if (!limits.empty()) part[name] = limits_json(limits, "rate");
  };
  add("throttleReadBpsDevice", in.facts.read_bps);
  add("throttleWriteBpsDevice", in.facts.write_bps);
  add("throttleReadIOPSDevice", in.facts.read_iops);
  add("throttleWriteIOPSDevice", in.facts.write_iops);
  if (!in.facts.blkio_weight_device.empty())
    part["weightDevice"] = limits_json(in.facts.blkio_weight_device, "weight");
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
  if (auto limits = block_io(in); !limits.empty()) part["blockIO"] = std::move(limits);
  if (in.options.resources.pids_limit.value_or(0) > 0) {
    part["pids"] = {{"limit", *in.options.resources.pids_limit}};
  }
  return part;
}

}  // namespace container::spec
