// SPDX-License-Identifier: Apache-2.0
#include "container/cgroup.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "container/cgroup_host.hpp"
#include "container/cgroup_split.hpp"
#include "container/cgroup_tree.hpp"

namespace container {

namespace {

constexpr const char* kPrefix = "berth";

bool has(const CgroupPlan& plan, const char* controller) {
  return std::find(plan.controllers.begin(), plan.controllers.end(), controller) !=
         plan.controllers.end();
}

std::string choose_manager(const std::string& wanted, const CgroupHost& host, bool rootless) {
  if (!wanted.empty() && wanted != "systemd" && wanted != "cgroupfs" && wanted != "disabled") {
    base::fail(base::Kind::usage,
               "invalid cgroup manager \"{}\": use systemd, cgroupfs or disabled",
               wanted);
  }
  // A user's systemd delegates nothing of v1.
  const bool systemd = has_systemd(rootless) && !host.hierarchies.empty() && (host.v2 || !rootless);
  if (wanted == "systemd" && !systemd) {
    base::fail(base::Kind::unsupported,
               "cgroup manager systemd is not available: {}",
               rootless ? "no systemd user session is reachable (log in, or loginctl enable-linger)"
                        : "systemd does not run on this machine");
  }
  if (wanted == "disabled") return wanted;
  if (systemd && wanted != "cgroupfs") return "systemd";
  return can_make_cgroups(host) ? "cgroupfs" : "disabled";
}

std::string slice_of(const std::string& parent, bool rootless) {
  if (parent.empty()) return rootless ? "user.slice" : "system.slice";
  constexpr std::string_view kSuffix = ".slice";
  const bool valid = parent.size() > kSuffix.size() && parent.ends_with(kSuffix) &&
                     parent.find_first_of("/:") == std::string::npos;
  if (!valid) {
    base::fail(base::Kind::usage,
               "cgroup-parent for systemd cgroup should be a valid slice named as \"xxx.slice\"");
  }
  return parent;
}

std::string parent_path(const std::string& parent) {
  if (parent.empty()) return std::string("/") + kPrefix;
  std::string path;
  for (const auto& part : base::split(parent, '/')) {
    if (part == "..")
      base::fail(base::Kind::usage, "invalid cgroup parent \"{}\": it leads upwards", parent);
    if (!part.empty() && part != ".") path += "/" + part;
  }
  return path;
}

/// "SLICE:PREFIX:NAME", as the runtimes take it, or a path: where that lies below each hierarchy.
std::string relative_path(const std::string& manager, const std::string& path, bool rootless) {
  if (manager != "systemd") return path;
  const auto parts = base::split(path, ':');
  if (parts.size() != 3) base::fail(base::Kind::corrupt, "\"{}\" is no cgroup of systemd", path);
  return systemd_base(rootless) + slice_path(parts[0]) + "/" + parts[1] + "-" + parts[2] + ".scope";
}

/// The cgroup whose children may use what the container may use.
std::string base_of(const CgroupPlan& plan, bool rootless) {
  return plan.manager == "systemd" ? systemd_base(rootless) : "";
}

std::string oom_file(const CgroupPlan& plan, const CgroupHost& host, bool rootless) {
  if (!has(plan, "memory")) return "";
  const std::string path = relative_path(plan.manager, plan.path, rootless);
  return host.v2 ? host.root + path + "/memory.events"
                 : host.root + "/memory" + path + "/memory.oom_control";
}

/// What the children of the cgroup `parent` can use.
void add_controllers(CgroupPlan& plan, const CgroupHost& host, const std::string& parent) {
  plan.controllers = usable_controllers(host, parent);
  plan.limits = !plan.controllers.empty();
  plan.swap_limit = has(plan, "memory") && accounts_swap(host);
  plan.oom_file = oom_file(plan, host, base::is_rootless());
}

std::optional<std::int64_t> read_number(const std::vector<std::string>& directories,
                                        std::initializer_list<const char*> names) {
  for (const auto& directory : directories) {
    for (const char* name : names) {
      const auto text = base::find_file_text(directory + "/" + name);
      if (const auto value =
              text ? base::parse_number<std::int64_t>(base::trim(*text)) : std::nullopt)
        return value;
    }
  }
  return std::nullopt;
}

}  // namespace

CgroupPlan plan_cgroup(const std::string& id,
                       const std::string& parent,
                       const std::string& wanted) {
  const bool rootless = base::is_rootless();
  const CgroupHost& host = this_host();
  CgroupPlan plan;
  plan.v2 = host.v2;
  plan.manager = choose_manager(wanted, host, rootless);
  if (plan.manager == "disabled") {
    if (!parent.empty()) {
      base::fail(base::Kind::unsupported,
                 "cgroup parent {} cannot be used: cgroups are not ours to make here",
                 parent);
    }
    return plan;
  }
  plan.path = plan.manager == "systemd" ? slice_of(parent, rootless) + ":" + kPrefix + ":" + id
                                        : parent_path(parent) + "/" + id;
  add_controllers(plan, host, base_of(plan, rootless));
  return plan;
}

namespace {

CgroupPlan plan_split_cgroup(const std::string& id) {
  const CgroupHost& host = this_host();
  if (!host.v2) base::fail(base::Kind::unsupported, "--cgroups=split needs cgroup v2");
  const std::string own = share_out_own_cgroup(host.root);
  CgroupPlan plan;
  plan.v2 = true;
  plan.manager = "cgroupfs";
  plan.path = fmt::format("{}/{}-payload-{}", own, kPrefix, id);
  add_controllers(plan, host, own);
  return plan;
}

}  // namespace

CgroupPlan plan_cgroup(const std::string& id,
                       const CreateOptions& options,
                       const std::string& wanted) {
  if (options.cgroups == "split") return plan_split_cgroup(id);
  return plan_cgroup(
      id, options.cgroup_parent, options.cgroups == "disabled" ? "disabled" : wanted);
}

namespace {

/// Where a cgroup would lie, whether it exists or not.
std::vector<std::string> possible_directories(const std::string& manager, const std::string& path) {
  std::vector<std::string> directories;
  if (path.empty() || manager == "disabled") return directories;
  const std::string relative = relative_path(manager, path, base::is_rootless());
  for (const auto& hierarchy : this_host().hierarchies) directories.push_back(hierarchy + relative);
  return directories;
}

/// v1 names a hierarchy's directory after its controllers: "memory", "cpu,cpuacct".
bool is_hierarchy_of(const std::string& hierarchy, std::string_view controller) {
  const auto names = base::split(hierarchy.substr(hierarchy.rfind('/') + 1), ',');
  return std::find(names.begin(), names.end(), controller) != names.end();
}

}  // namespace

std::string controller_directory(const std::string& manager,
                                 const std::string& path,
                                 std::string_view controller) {
  if (path.empty() || manager == "disabled") return {};
  for (const auto& hierarchy : this_host().hierarchies) {
    if (this_host().v2 || is_hierarchy_of(hierarchy, controller))
      return hierarchy + relative_path(manager, path, base::is_rootless());
  }
  return {};
}

std::vector<std::string> cgroup_directories(const std::string& manager, const std::string& path) {
  auto directories = possible_directories(manager, path);
  std::erase_if(directories, [](const auto& directory) { return !base::exists(directory); });
  return directories;
}

bool is_cgroup_empty(const std::string& manager, const std::string& path) {
  return cgroup_processes(cgroup_directories(manager, path)).empty();
}

void kill_cgroup(const std::string& manager, const std::string& path) {
  kill_cgroup_processes(cgroup_directories(manager, path));
}

void remove_cgroup(const std::string& manager, const std::string& path) {
  remove_cgroup_directories(possible_directories(manager, path));
}

CgroupUsage read_cgroup_usage(const std::string& manager, const std::string& path) {
  const auto directories = cgroup_directories(manager, path);
  return {read_number(directories, {"memory.current", "memory.usage_in_bytes"}),
          read_number(directories, {"pids.current"})};
}

std::vector<std::string> moving_command(const std::string& manager,
                                        const std::string& path,
                                        std::vector<std::string> argv) {
  if (!base::is_rootless() || path.empty()) return argv;
  // A split one belongs to the user's manager, too.
  if (manager != "systemd" && !path.starts_with(systemd_base(true) + "/")) return argv;
  const auto own = base::find_file_text("/proc/self/cgroup").value_or("");
  if (own.find("::" + systemd_base(true) + "/") != std::string::npos) return argv;
  const auto systemd_run = base::find_program("systemd-run");
  if (!systemd_run) return argv;
  std::vector<std::string> words = {
      *systemd_run, "--user", "--scope", "--quiet", "--collect", "--"};
  words.insert(words.end(), argv.begin(), argv.end());
  return words;
}

}  // namespace container
