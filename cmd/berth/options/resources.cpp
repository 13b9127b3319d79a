// SPDX-License-Identifier: Apache-2.0
// --memory, --cpus, --pids-limit, --ulimit, --shm-size, --sysctl, --oom-score-adj and their kin
#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "container/own_limits.hpp"
#include "errors.hpp"
#include "options/groups.hpp"
#include "options/parse.hpp"

namespace cli {

namespace {

/// Those that have a value per namespace, as docker lists them.
void check_sysctl(const std::string& text) {
  constexpr std::array<std::string_view, 8> allowed{"kernel.msgmax",
                                                    "kernel.msgmnb",
                                                    "kernel.msgmni",
                                                    "kernel.sem",
                                                    "kernel.shmall",
                                                    "kernel.shmmax",
                                                    "kernel.shmmni",
                                                    "kernel.shm_rmid_forced"};
  const auto [name, value] = base::split_pair(text, '=');
  const bool known = std::find(allowed.begin(), allowed.end(), name) != allowed.end() ||
                     name.starts_with("net.") || name.starts_with("fs.mqueue.");
  if (!value || !known) base::fail(base::Kind::usage, "sysctl '{}' is not allowed", text);
}

void add_size(FlagTable& table,
              const char* names,
              const char* description,
              std::optional<std::int64_t>& size) {
  add_value(table, names, "bytes", description, [&size](const std::string& text) {
    size = parse_size(text);
  });
}

void add_number(FlagTable& table,
                const char* names,
                const char* description,
                std::optional<std::int64_t>& number) {
  add_value(table, names, "int", description, [&number](const std::string& text) {
    number = parse_integer(text);
  });
}

void add_cpu_flags(FlagTable& table, container::Resources& r) {
  add_value(table, "--cpus", "decimal", "Number of CPUs", [&r](const std::string& text) {
    r.nano_cpus = parse_cpus(text);
  });
  add_number(table, "-c,--cpu-shares", "CPU shares (relative weight)", r.cpu_shares);
  add_number(
      table, "--cpu-period", "Limit CPU CFS (Completely Fair Scheduler) period", r.cpu_period);
  add_number(table, "--cpu-quota", "Limit CPU CFS (Completely Fair Scheduler) quota", r.cpu_quota);
  add_number(
      table, "--cpu-rt-period", "Limit CPU real-time period in microseconds", r.cpu_rt_period);
  add_number(
      table, "--cpu-rt-runtime", "Limit CPU real-time runtime in microseconds", r.cpu_rt_runtime);
  table.add_option("--cpuset-cpus", r.cpuset_cpus, "CPUs in which to allow execution (0-3, 0,1)")
      .type_name("string");
  table.add_option("--cpuset-mems", r.cpuset_mems, "MEMs in which to allow execution (0-3, 0,1)")
      .type_name("string");
}

/// "PATH:RATE", the rate in bytes or operations a second.
void add_rate(FlagTable& table,
              const char* names,
              const char* description,
              std::vector<container::DeviceRate>& rates,
              std::int64_t (*parse)(const std::string&)) {
  add_value(table, names, "list", description, [&rates, parse](const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0)
      base::fail(base::Kind::usage, "bad format: {}", text);
    const auto path = text.substr(0, colon);
    if (!path.starts_with("/dev/"))
      base::fail(base::Kind::usage, "bad format for device path: {}", text);
    const auto rate = parse(text.substr(colon + 1));
    if (rate < 0) base::fail(base::Kind::usage, "invalid rate for device: {}", text);
    rates.push_back({path, rate});
  });
}

void add_block_flags(FlagTable& table, container::Resources& r) {
  add_number(table,
             "--blkio-weight",
             "Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)",
             r.blkio_weight);
  add_rate(table,
           "--blkio-weight-device",
           "Block IO weight (relative device weight)",
           r.blkio_weight_device,
           parse_integer);
  add_rate(table,
           "--device-read-bps",
           "Limit read rate (bytes per second) from a device",
           r.read_bps,
           parse_size);
  add_rate(table,
           "--device-write-bps",
           "Limit write rate (bytes per second) to a device",
           r.write_bps,
           parse_size);
  add_rate(table,
           "--device-read-iops",
           "Limit read rate (IO per second) from a device",
           r.read_iops,
           parse_integer);
  add_rate(table,
           "--device-write-iops",
           "Limit write rate (IO per second) to a device",
           r.write_iops,
           parse_integer);
}

}  // namespace

std::vector<container::Ulimit> parse_ulimits(const std::string& text, bool podman) {
  if (!podman) return {parse_ulimit(text)};
  if (text == "host") return container::own_ulimits();
  try {
    return {parse_ulimit(text)};
  } catch (const base::Error& error) {
    if (error.kind() != base::Kind::usage) throw;
    client_fail("ulimit option \"{}\" requires name=SOFT:HARD, failed to be parsed: {}",
                text,
                error.message());
  }
}

void add_limit_flags(FlagTable& table, container::Resources& r) {
  add_size(table, "-m,--memory", "Memory limit", r.memory);
  add_value(table,
            "--memory-swap",
            "bytes",
            "Swap limit equal to memory plus swap: '-1' to enable unlimited swap",
            [&r](const std::string& text) { r.memory_swap = parse_swap(text); });
  add_size(table, "--memory-reservation", "Memory soft limit", r.memory_reservation);
  add_number(table,
             "--memory-swappiness",
             "Tune container memory swappiness (0 to 100) (default -1)",
             r.memory_swappiness);
  table.add_flag("--oom-kill-disable", r.oom_kill_disable, "Disable OOM Killer");
  add_cpu_flags(table, r);
  add_block_flags(table, r);
  add_number(
      table, "--pids-limit", "Tune container pids limit (set -1 for unlimited)", r.pids_limit);
}

void add_resource_flags(FlagTable& table, CreateFlags& flags) {
  auto& o = flags.options;
  add_limit_flags(table, o.resources);
  add_value(table, "--shm-size", "bytes", "Size of /dev/shm", [&flags](const std::string& text) {
    read_value(flags, "unable to translate --shm-size: ", [&] {
      flags.options.shm_size = parse_size(text);
    });
  });
  add_value(table, "--ulimit", "ulimit", "Ulimit options", [&flags](const std::string& text) {
    for (const auto& ulimit : parse_ulimits(text, flags.podman))
      flags.ulimits[ulimit.name] = ulimit;
  });
  if (flags.podman) {
    add_value(table, "--kernel-memory", "bytes", "No longer supported", [](const std::string&) {
      base::warn("The --kernel-memory flag is no longer supported. This flag is a noop.");
    });
  }
  add_value(table, "--sysctl", "map", "Sysctl options", [&o, &flags](const std::string& text) {
    read_value(flags, "", [&] { check_sysctl(text); });
    const auto [name, value] = base::split_pair(text, '=');
    o.sysctls[name] = *value;
  });
  table
      .add_option_function<int>(
          "--oom-score-adj",
          [&o](int score) { o.oom_score_adj = score; },
          "Tune host's OOM preferences (-1000 to 1000)")
      .type_name("int");
}

void finish_resources(const CreateFlags& flags, container::CreateOptions& options) {
  const auto& resources = options.resources;
  if (flags.podman && resources.nano_cpus && (resources.cpu_quota || resources.cpu_period)) {
    client_fail("--cpu-{} and --cpus cannot be set together",
                resources.cpu_period ? "period" : "quota");
  }
  for (const auto& [name, ulimit] : flags.ulimits) options.ulimits.push_back(ulimit);
  // For docker, 0 is as good as nothing.
  if (options.shm_size == 0) options.shm_size.reset();
}

}  // namespace cli
