// SPDX-License-Identifier: Apache-2.0
#include "container/spec/seccomp_profile.hpp"

#include <algorithm>
#include <cstdio>
#include <sys/utsname.h>

#include "container/spec/seccomp.hpp"

namespace container::seccomp {

namespace {

struct Condition {
  std::vector<std::string> arches, caps;
  std::string min_kernel;
};

template <typename Io>
void fields(Io& io, Condition& c) {
  io.maybe("arches", c.arches);
  io.maybe("caps", c.caps);
  io.maybe("minKernel", c.min_kernel);
}

/// A rule as profiles have it: with conditions, and in old ones with a single name.
struct ProfileRule {
  Rule rule;
  std::string name;
  Condition includes, excludes;
};

template <typename Io>
void fields(Io& io, ProfileRule& r) {
  io.maybe("name", r.name);
  io.maybe("names", r.rule.names);
  io("action", r.rule.action);
  io.maybe("errnoRet", r.rule.errno_ret);
  io.maybe("args", r.rule.args);
  io.maybe("includes", r.includes);
  io.maybe("excludes", r.excludes);
}

struct ArchEntry {
  std::string architecture;
  std::vector<std::string> sub_architectures;
};

template <typename Io>
void fields(Io& io, ArchEntry& a) {
  io("architecture", a.architecture);
  io.maybe("subArchitectures", a.sub_architectures);
}

struct Profile {
  Filter filter;
  std::vector<ArchEntry> arch_map;
  std::vector<ProfileRule> rules;
};

template <typename Io>
void fields(Io& io, Profile& p) {
  io("defaultAction", p.filter.default_action);
  io.maybe("defaultErrnoRet", p.filter.default_errno_ret);
  io.maybe("architectures", p.filter.architectures);
  io.maybe("flags", p.filter.flags);
  io.maybe("listenerPath", p.filter.listener_path);
  io.maybe("listenerMetadata", p.filter.listener_metadata);
  io.maybe("archMap", p.arch_map);
  io.maybe("syscalls", p.rules);
}

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool reaches(Kernel kernel, const std::string& wanted) {
  Kernel least;
  if (std::sscanf(wanted.c_str(), "%d.%d", &least.major, &least.minor) != 2) {
    base::fail(base::Kind::corrupt, "invalid kernel version: {}", wanted);
  }
  return kernel.major != least.major ? kernel.major > least.major : kernel.minor >= least.minor;
}

bool applies(const ProfileRule& rule, const std::vector<std::string>& capabilities, Kernel kernel) {
  const std::string machine = native_machine().name;
  const auto has = [&](const std::string& capability) {
    return contains(capabilities, capability);
  };
  const auto &in = rule.includes, &out = rule.excludes;
  if (contains(out.arches, machine) || std::any_of(out.caps.begin(), out.caps.end(), has))
    return false;
  if (!out.min_kernel.empty() && reaches(kernel, out.min_kernel)) return false;
  if (!in.arches.empty() && !contains(in.arches, machine)) return false;
  if (!in.min_kernel.empty() && !reaches(kernel, in.min_kernel)) return false;
  return std::all_of(in.caps.begin(), in.caps.end(), has);
}

Rule rule_of(const ProfileRule& given) {
  if (!given.name.empty() && !given.rule.names.empty()) {
    base::fail(base::Kind::corrupt,
               "'name' and 'names' are specified in the seccomp profile, use either of them");
  }
  Rule rule = given.rule;
  if (!given.name.empty()) rule.names.push_back(given.name);
  return rule;
}

}  // namespace

Kernel running_kernel() {
  utsname names{};
  ::uname(&names);
  Kernel kernel;
  std::sscanf(names.release, "%d.%d", &kernel.major, &kernel.minor);
  return kernel;
}

Machine native_machine() {
#if defined(__x86_64__)
  return {"amd64", "SCMP_ARCH_X86_64"};
#elif defined(__i386__)
  return {"x86", "SCMP_ARCH_X86"};
#elif defined(__aarch64__)
  return {"arm64", "SCMP_ARCH_AARCH64"};
#elif defined(__arm__)
  return {"arm", "SCMP_ARCH_ARM"};
#elif defined(__riscv)
  return {"riscv64", "SCMP_ARCH_RISCV64"};
#elif defined(__powerpc64__)
  return {"ppc64le", "SCMP_ARCH_PPC64LE"};
#elif defined(__s390x__)
  return {"s390x", "SCMP_ARCH_S390X"};
#else
#error "name this machine's seccomp architecture here"
#endif
}

Filter resolve(const std::string& text,
               const std::vector<std::string>& capabilities,
               Kernel kernel) {
  return base::in_context("decoding seccomp profile failed", [&] {
    const auto profile = base::from_json_text<Profile>(text, "profile");
    if (!profile.arch_map.empty() && !profile.filter.architectures.empty()) {
      base::fail(base::Kind::corrupt,
                 "both 'architectures' and 'archMap' are specified in the seccomp profile, use "
                 "either of them");
    }
    Filter filter = profile.filter;
    for (const auto& entry : profile.arch_map) {
      if (entry.architecture != native_machine().token) continue;
      filter.architectures.push_back(entry.architecture);
      filter.architectures.insert(filter.architectures.end(),
                                  entry.sub_architectures.begin(),
                                  entry.sub_architectures.end());
    }
    for (const auto& rule : profile.rules) {
      if (applies(rule, capabilities, kernel)) filter.syscalls.push_back(rule_of(rule));
    }
    return filter;
  });
}

}  // namespace container::seccomp

namespace container {

base::Json seccomp_for_spec(const std::string& profile,
                            const std::vector<std::string>& capabilities) {
  return base::to_json(seccomp::resolve(profile, capabilities, seccomp::running_kernel()));
}

}  // namespace container
