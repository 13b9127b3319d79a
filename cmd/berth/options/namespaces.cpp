// SPDX-License-Identifier: Apache-2.0
// --pid --ipc --uts --userns --cgroupns --cgroup-parent
#include "base/id_mapping.hpp"
#include "base/subordinate_ids.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
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
  const bool automatic = base::split_pair(mode, ':').first == "auto";
  if (mode.empty() || is_mode(mode) || is_keep_id(mode) || automatic || mode == "nomap") return;
  client_fail("--userns: invalid USER mode");
}

[[noreturn]] void refuse_map(const std::string& text) {
  base::fail(base::Kind::usage,
             "cannot parse ID map \"{}\": it is CONTAINER:HOST[:COUNT], with numbers",
             text);
}

/// "CONTAINER:HOST[:COUNT]". For an ordinary user HOST counts within the ids that he has, "@HOST" is one of the host's own.
base::IdRange parse_map(const std::string& text, const std::vector<base::IdRange>& own) {
  const auto parts = base::split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) refuse_map(text);
  const bool outer = parts[1].starts_with('@');
  const auto inside = base::parse_number<std::uint32_t>(parts[0]);
  const auto outside = base::parse_number<std::uint32_t>(parts[1].substr(outer ? 1 : 0));
  const auto count = base::parse_number<std::uint32_t>(parts.size() > 2 ? parts[2] : "1");
  if (!inside || !outside || !count || *count == 0) refuse_map(text);
  return {*inside, outer ? base::unmap_id(own, *outside) : *outside, *count};
}

std::vector<base::IdRange> parse_maps(const std::vector<std::string>& texts,
                                      const std::vector<base::IdRange>& own) {
  std::vector<base::IdRange> ranges;
  for (const auto& text : texts) {
    for (const auto& one : base::split(text, ',')) ranges.push_back(parse_map(one, own));
  }
  return ranges;
}

/// The ids that /etc/subuid or /etc/subgid lends to a name, from 0 on inside.
std::vector<base::IdRange> lent_to(const std::string& name, base::IdKind kind) {
  constexpr std::uint32_t kNobodys = 0xfffffffe;
  auto ranges = base::subordinate_ids(kind, kNobodys, name, kNobodys);
  if (ranges.empty()) {
    base::fail(base::Kind::usage,
               "no sub{0} ranges found for user \"{1}\" in /etc/sub{0}",
               kind == base::IdKind::user ? "uid" : "gid",
               name);
  }
  for (auto& range : ranges) --range.inside;  // they are counted behind root's
  return ranges;
}

/// What is said for one kind of ids holds for the other, too.
std::optional<base::IdMapping> mapping_of(const CreateFlags& flags) {
  base::IdMapping mapping;
  if (!flags.uid_maps.empty()) mapping.uids = parse_maps(flags.uid_maps, base::uid_map());
  if (!flags.gid_maps.empty()) mapping.gids = parse_maps(flags.gid_maps, base::gid_map());
  const auto& users = flags.subuid_name.empty() ? flags.subgid_name : flags.subuid_name;
  const auto& groups = flags.subgid_name.empty() ? flags.subuid_name : flags.subgid_name;
  if (!users.empty() && base::is_rootless())
    base::fail(base::Kind::unsupported, "--subuidname is not supported yet for ordinary users");
  if (mapping.uids.empty() && !users.empty()) mapping.uids = lent_to(users, base::IdKind::user);
  if (mapping.gids.empty() && !groups.empty()) mapping.gids = lent_to(groups, base::IdKind::group);
  if (mapping.uids.empty()) mapping.uids = mapping.gids;
  if (mapping.gids.empty()) mapping.gids = mapping.uids;
  return mapping.uids.empty() ? std::nullopt : std::optional(mapping);
}

}  // namespace

void add_namespace_flags(FlagTable& table, CreateFlags& flags) {
  table.add_option("--pid", flags.pid, "PID namespace to use").type_name("string");
  table.add_option("--ipc", flags.ipc, "IPC mode to use").type_name("string");
  table.add_option("--uts", flags.uts, "UTS namespace to use").type_name("string");
  table
      .add_option(
          "--userns", flags.user_namespace, "User namespace to use (host|keep-id|auto|nomap)")
      .type_name("string");
  table.add_list("--uidmap", flags.uid_maps, "UID map of the container: CONTAINER:HOST[:COUNT]");
  table.add_list("--gidmap", flags.gid_maps, "GID map of the container: CONTAINER:HOST[:COUNT]");
  table
      .add_option("--subuidname",
                  flags.subuid_name,
                  "Name of a line of /etc/subuid whose ids the container's users get")
      .type_name("string");
  table
      .add_option("--subgidname",
                  flags.subgid_name,
                  "Name of a line of /etc/subgid whose ids the container's groups get")
      .type_name("string");
  table.add_option("--cgroupns", flags.cgroup_namespace, "Cgroup namespace to use (host|private)")
      .type_name("string");
  table
      .add_option("--cgroups",
                  flags.options.cgroups,
                  "Whether the container gets a cgroup (enabled|disabled|no-conmon|split)")
      .type_name("string");
  table
      .add_option("--cgroup-parent",
                  flags.options.cgroup_parent,
                  "Optional parent cgroup for the container")
      .type_name("string");
}

void finish_namespaces(const CreateFlags& flags, container::CreateOptions& options) {
  for (const auto* mode : {&flags.pid, &flags.uts, &flags.cgroup_namespace}) {
    if (flags.podman && !is_mode(*mode))
      client_fail("unrecognized namespace mode {} passed", *mode);
  }
  if (!is_mode(flags.pid)) client_fail("--pid: invalid PID mode");
  if (!is_mode(flags.uts)) client_fail("--uts: invalid UTS mode");
  check_user_namespace(flags.user_namespace);
  if (!is_mode(flags.cgroup_namespace)) client_fail("--cgroupns: invalid CGROUP mode");
  auto& n = options.namespaces;
  n.pid = flags.pid;
  n.uts = flags.uts;
  n.user = flags.user_namespace;
  n.cgroup = flags.cgroup_namespace;
  n.mapping = mapping_of(flags);
  if (n.mapping && !n.user.empty() && n.user != "private")
    client_fail("--userns and --uidmap/--gidmap/--subuidname/--subgidname are mutually exclusive");
  n.ipc = flags.ipc;  // docker's engine looks at it
}

}  // namespace cli
