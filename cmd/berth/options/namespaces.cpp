// SPDX-License-Identifier: Apache-2.0
// --pid --ipc --uts --userns --cgroupns --cgroup-parent
#include "base/text.hpp"
#include "errors.hpp"
#include "options/groups.hpp"

namespace cli {

namespace {

/// "", host, private, container:NAME, ns:/path: what docker and podman take together.
bool is_mode(const std::string& mode) {
  if (mode.starts_with("container:")) return mode.size() > 10;
  if (mode.starts_with("ns:")) return mode.starts_with("ns:/");
  return mode.empty() || mode == "host" || mode == "private";
}

/// keep-id's "uid=1000,gid=1000,size=…".
bool is_keep_id(const std::string& mode) {
  const auto [name, options] = base::split_pair(mode, ':');
  if (name != "keep-id") return false;
  if (!options) return true;
  for (const auto& option : base::split(*options, ',')) {
    const auto [key, value] = base::split_pair(option, '=');
    if ((key != "uid" && key != "gid") || !value || !base::parse_number<std::uint32_t>(*value))
      return false;
  }
  return true;
}

void check_user_namespace(const std::string& mode) {
  const auto name = base::split_pair(mode, ':').first;
  if (name == "auto" || name == "nomap" || name == "container" || name == "ns") {
    base::fail(base::Kind::unsupported, "--userns {} is not supported yet", mode);
  }
  if (!mode.empty() && mode != "host" && !is_keep_id(mode))
    client_fail("--userns: invalid USER mode");
}

}  // namespace

void add_namespace_flags(FlagTable& table, CreateFlags& flags) {
  table.add_option("--pid", flags.pid, "PID namespace to use").type_name("string");
  table.add_option("--ipc", flags.ipc, "IPC mode to use").type_name("string");
  table.add_option("--uts", flags.uts, "UTS namespace to use").type_name("string");
  table.add_option("--userns", flags.user_namespace, "User namespace to use (host|keep-id)")
      .type_name("string");
  table.add_option("--cgroupns", flags.cgroup_namespace, "Cgroup namespace to use (host|private)")
      .type_name("string");
  table
      .add_option("--cgroups",
                  flags.options.cgroups,
                  "Whether the container gets a cgroup (enabled|disabled|no-conmon)")
      .type_name("string");
  table
      .add_option("--cgroup-parent",
                  flags.options.cgroup_parent,
                  "Optional parent cgroup for the container")
      .type_name("string");
}

void finish_namespaces(const CreateFlags& flags, container::CreateOptions& options) {
  if (!is_mode(flags.pid)) client_fail("--pid: invalid PID mode");
  if (!is_mode(flags.uts)) client_fail("--uts: invalid UTS mode");
  check_user_namespace(flags.user_namespace);
  if (!is_mode(flags.cgroup_namespace)) client_fail("--cgroupns: invalid CGROUP mode");
  auto& n = options.namespaces;
  n.pid = flags.pid;
  n.uts = flags.uts;
  n.user = flags.user_namespace;
  n.cgroup = flags.cgroup_namespace;
  n.ipc = flags.ipc;  // docker's engine looks at it
}

}  // namespace cli
