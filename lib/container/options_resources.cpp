// SPDX-License-Identifier: Apache-2.0
#include "container/options_resources.hpp"

#include <algorithm>
#include <sched.h>

#include "base/file.hpp"
#include "base/text.hpp"

namespace container {

namespace {

using base::fail;
using base::Kind;

constexpr std::int64_t kLeastMemory = 6 << 20;

void check_memory(const Resources& r) {
  const auto memory = r.memory.value_or(0), swap = r.memory_swap.value_or(0);
  const auto reservation = r.memory_reservation.value_or(0);
  if (memory != 0 && memory < kLeastMemory)
    fail(Kind::usage, "Minimum memory limit allowed is 6MB");
  if (memory > 0 && swap > 0 && swap < memory) {
    fail(Kind::usage, "Minimum memoryswap limit should be larger than memory limit, see usage");
  }
  if (memory == 0 && swap > 0) {
    fail(Kind::usage,
         "You should always set the Memory limit when using Memoryswap limit, see usage");
  }
  if (reservation > 0 && reservation < kLeastMemory) {
    fail(Kind::usage, "Minimum memory reservation allowed is 6MB");
  }
  if (memory > 0 && reservation > 0 && memory < reservation) {
    fail(Kind::usage,
         "Minimum memory limit can not be less than memory reservation limit, see usage");
  }
}

/// CPUs that this process may run on.
int usable_cpus() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

void check_cpu(const Resources& r) {
  const auto nano = r.nano_cpus.value_or(0), period = r.cpu_period.value_or(0),
             quota = r.cpu_quota.value_or(0);
  if (nano > 0 && period > 0) {
    fail(Kind::usage, "Conflicting options: Nano CPUs and CPU Period cannot both be set");
  }
  if (nano > 0 && quota > 0) {
    fail(Kind::usage, "Conflicting options: Nano CPUs and CPU Quota cannot both be set");
  }
  const int cpus = usable_cpus();
  if (nano < 0 || nano > cpus * std::int64_t{1'000'000'000}) {
    fail(Kind::usage,
         "range of CPUs is from 0.01 to {0}.00, as there are only {0} CPUs available",
         cpus);
  }
  if (period != 0 && (period < 1000 || period > 1'000'000)) {
    fail(Kind::usage,
         "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
  }
  if (quota > 0 && quota < 1000)
    fail(Kind::usage, "CPU cfs quota can not be less than 1ms (i.e. 1000)");
  if (const auto shares = r.cpu_shares.value_or(0); shares < 0) {
    fail(Kind::usage, "invalid CPU shares ({}): value must be a positive integer", shares);
  }
}

struct Range {
  int first = 0, last = 0;
};

/// "0-3,5"; nothing when it is no such list.
std::optional<std::vector<Range>> parse_ranges(std::string_view text) {
  std::vector<Range> ranges;
  for (const auto& part : base::split(text, ',')) {
    const auto [first, last] = base::split_pair(part, '-');
    const auto from = base::parse_number<int>(first),
               to = base::parse_number<int>(last.value_or(first));
    if (!from || !to || *from < 0 || *to < *from) return std::nullopt;
    ranges.push_back({*from, *to});
  }
  return ranges;
}

bool is_within(const Range& range, const std::vector<Range>& available) {
  return std::any_of(available.begin(), available.end(), [&](const Range& all) {
    return all.first <= range.first && range.last <= all.last;
  });
}

/// `what` is docker's word for the list, `things` for what is in it.
void check_set(const std::string& wanted, const char* file, const char* what, const char* things) {
  if (wanted.empty()) return;
  const auto ranges = parse_ranges(wanted);
  if (!ranges)
    fail(Kind::usage, "Invalid value {0} for cpuset {1}: invalid format: {0}", wanted, what);
  const auto text = base::find_file_text(file);
  if (!text) return;
  const auto online = std::string(base::trim(*text));
  const auto available = parse_ranges(online);
  if (!available) return;
  for (const auto& range : *ranges) {
    if (is_within(range, *available)) continue;
    fail(Kind::usage,
         "Requested {} are not available - requested {}, available: {}",
         things,
         wanted,
         online);
  }
}

}  // namespace

namespace {

void check_other(const Resources& r) {
  if (const auto swappiness = r.memory_swappiness.value_or(-1);
      swappiness < -1 || swappiness > 100) {
    fail(Kind::usage, "Invalid value: {}, valid memory swappiness range is 0-100", swappiness);
  }
  if (const auto weight = r.blkio_weight.value_or(0);
      weight != 0 && (weight < 10 || weight > 1000)) {
    fail(Kind::usage, "Range of blkio weight is from 10 to 1000");
  }
}

}  // namespace

void validate(const Resources& resources) {
  check_other(resources);
  check_memory(resources);
  check_cpu(resources);
  check_set(resources.cpuset_cpus, "/sys/devices/system/cpu/online", "cpus", "CPUs");
  check_set(resources.cpuset_mems, "/sys/devices/system/node/online", "mems", "memory nodes");
}

}  // namespace container
