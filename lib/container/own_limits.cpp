// SPDX-License-Identifier: Apache-2.0
#include "container/own_limits.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"

namespace container {

namespace {

constexpr std::pair<const char*, __rlimit_resource> kLimits[] = {{"as", RLIMIT_AS},
                                                                 {"core", RLIMIT_CORE},
                                                                 {"cpu", RLIMIT_CPU},
                                                                 {"data", RLIMIT_DATA},
                                                                 {"fsize", RLIMIT_FSIZE},
                                                                 {"locks", RLIMIT_LOCKS},
                                                                 {"memlock", RLIMIT_MEMLOCK},
                                                                 {"msgqueue", RLIMIT_MSGQUEUE},
                                                                 {"nice", RLIMIT_NICE},
                                                                 {"nofile", RLIMIT_NOFILE},
                                                                 {"nproc", RLIMIT_NPROC},
                                                                 {"rss", RLIMIT_RSS},
                                                                 {"rtprio", RLIMIT_RTPRIO},
                                                                 {"rttime", RLIMIT_RTTIME},
                                                                 {"sigpending", RLIMIT_SIGPENDING},
                                                                 {"stack", RLIMIT_STACK}};

std::int64_t number_of(rlim_t limit) {
  return limit == RLIM_INFINITY ? -1 : static_cast<std::int64_t>(limit);
}

}  // namespace

std::vector<Ulimit> own_ulimits() {
  std::vector<Ulimit> limits;
  for (const auto& [name, resource] : kLimits) {
    rlimit limit{};
    if (::getrlimit(resource, &limit) == 0)
      limits.push_back({name, number_of(limit.rlim_cur), number_of(limit.rlim_max)});
  }
  return limits;
}

std::map<std::string, std::int64_t> hard_limits() {
  std::map<std::string, std::int64_t> limits;
  for (const auto& limit : own_ulimits()) limits[limit.name] = limit.hard;
  return limits;
}

/// devpts wants group 5 for terminals; a small user namespace has none.
bool maps_tty_group() {
  constexpr std::uint32_t kTty = 5;
  for (const auto& range : base::gid_map()) {
    if (kTty >= range.inside && kTty - range.inside < range.count) return true;
  }
  return false;
}

/// Without CAP_SYS_RESOURCE the kernel lets nobody go below the value that he was given.
int own_oom_score_adj() {
  constexpr unsigned kSysResource = 24;
  if (::prctl(PR_CAPBSET_READ, kSysResource, 0, 0, 0) == 1 && !base::in_user_namespace())
    return -1000;
  const auto text = base::find_file_text("/proc/self/oom_score_adj").value_or("0");
  return base::parse_number<int>(base::trim(text)).value_or(0);
}

}  // namespace container
