// SPDX-License-Identifier: Apache-2.0
// A seccomp profile after its conditions have been decided: what the OCI spec calls linux.seccomp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fields.hpp"

namespace container::seccomp {

struct Argument {
  std::uint32_t index = 0;
  std::uint64_t value = 0, value_two = 0;
  std::string op;
};

template <typename Io>
void fields(Io& io, Argument& a) {
  io("index", a.index);
  io("value", a.value);
  io.maybe("valueTwo", a.value_two);
  io("op", a.op);
}

struct Rule {
  std::vector<std::string> names;
  std::string action;
  std::optional<std::uint32_t> errno_ret;
  std::vector<Argument> args;
};

template <typename Io>
void fields(Io& io, Rule& r) {
  io("names", r.names);
  io("action", r.action);
  io.maybe("errnoRet", r.errno_ret);
  io.maybe("args", r.args);
}

struct Filter {
  std::string default_action;
  std::optional<std::uint32_t> default_errno_ret;
  std::vector<std::string> architectures, flags;
  std::string listener_path, listener_metadata;
  std::vector<Rule> syscalls;
};

template <typename Io>
void fields(Io& io, Filter& f) {
  io("defaultAction", f.default_action);
  io.maybe("defaultErrnoRet", f.default_errno_ret);
  io.maybe("architectures", f.architectures);
  io.maybe("flags", f.flags);
  io.maybe("listenerPath", f.listener_path);
  io.maybe("listenerMetadata", f.listener_metadata);
  io.maybe("syscalls", f.syscalls);
}

/// Release of the running kernel, as far as profiles ask for it.
struct Kernel {
  int major = 0, minor = 0;
};

Kernel running_kernel();

/// The machine this program was built for, in the profiles' words ("amd64") and libseccomp's
/// ("SCMP_ARCH_X86_64").
struct Machine {
  const char* name;
  const char* token;
};

Machine native_machine();

/// Decides includes and excludes. Kind corrupt for a malformed profile.
Filter resolve(const std::string& profile,
               const std::vector<std::string>& capabilities,
               Kernel kernel);

}  // namespace container::seccomp
