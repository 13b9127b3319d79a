// SPDX-License-Identifier: Apache-2.0
// info in docker's shape and text
#include "base/bytes.hpp"
#include "base/environment.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/sha256.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "commands/info.hpp"
#include "container/apparmor.hpp"
#include "container/cgroup.hpp"
#include "container/host_info.hpp"
#include "container/labels.hpp"
#include "version.hpp"

namespace cli {

namespace {

using base::Json;

bool has(const container::CgroupPlan& plan, const char* controller) {
  return std::find(plan.controllers.begin(), plan.controllers.end(), controller) !=
         plan.controllers.end();
}

/// One per store and machine, and the same each time.
std::string engine_id(const std::string& graphroot) {
  const auto machine = base::find_file_text("/etc/machine-id").value_or("");
  const std::string hex = base::sha256_hex(machine + graphroot);
  return fmt::format("{}-{}-{}-{}-{}",
                     hex.substr(0, 8),
                     hex.substr(8, 4),
                     hex.substr(12, 4),
                     hex.substr(16, 4),
                     hex.substr(20, 12));
}

void add_machine(Json& info) {
  const auto host = container::read_host_info();
  info["KernelVersion"] = host.kernel;
  info["OperatingSystem"] = host.os;
  info["OSVersion"] = host.os_version;
  info["OSType"] = "linux";
  info["Architecture"] = host.machine;
  info["NCPU"] = host.cpus;
  info["MemTotal"] = host.memory;
  info["Name"] = host.hostname;
  info["SystemTime"] = base::rfc3339(base::now());
}

void add_cgroups(Json& info, const GlobalOptions& options) {
  const auto plan = container::plan_cgroup("", "", options.cgroup_manager);
  info["CgroupDriver"] = plan.manager == "disabled" ? "none" : plan.manager;
  info["CgroupVersion"] = plan.v2 ? "2" : "1";
  info["MemoryLimit"] = has(plan, "memory");
  info["SwapLimit"] = plan.swap_limit;
  info["OomKillDisable"] = has(plan, "memory") && !plan.v2;
  info["CpuCfsPeriod"] = has(plan, "cpu");
  info["CpuCfsQuota"] = has(plan, "cpu");
  info["CPUShares"] = has(plan, "cpu");
  info["CPUSet"] = has(plan, "cpuset");
  info["PidsLimit"] = has(plan, "pids");
  Json warnings = Json::array();
  const auto warn = [&](const char* field, const char* what) {
    if (!info[field].get<bool>()) warnings.push_back(fmt::format("WARNING: No {} support", what));
  };
  warn("MemoryLimit", "memory limit");
  warn("SwapLimit", "swap limit");
  warn("CpuCfsQuota", "cpu cfs quota");
  warn("CpuCfsPeriod", "cpu cfs period");
  warn("CPUShares", "cpu shares");
  warn("CPUSet", "cpuset");
  info["Warnings"] = warnings;
}

Json security_options(bool v2) {
  Json list = Json::array({"name=seccomp,profile=builtin"});
  if (container::has_apparmor()) list.push_back("name=apparmor");
  if (container::has_selinux()) list.push_back("name=selinux");
  if (base::is_rootless()) list.push_back("name=rootless");
  if (v2) list.push_back("name=cgroupns");
  return list;
}

void add_runtimes(Json& info, const GlobalOptions& options) {
  const std::string name = options.runtime.substr(options.runtime.rfind('/') + 1);
  Json runtimes = Json::object();
  runtimes[name] = {{"path", options.runtime}};
  for (const char* known : {"crun", "runc", "youki", "runsc"}) {
    if (!runtimes.contains(known) && base::find_program(known)) runtimes[known] = {{"path", known}};
  }
  info["Runtimes"] = runtimes;
  info["DefaultRuntime"] = name;
}

void add_client(Json& info) {
  info["ClientInfo"] = {{"Debug", false},
                        {"Version", version_number()},
                        {"DefaultAPIVersion", "1.55"},
                        {"GitCommit", version_commit()},
                        {"GoVersion", ""},
                        {"Os", "linux"},
                        {"Arch", go_architecture()},
                        {"BuildTime", build_time()},
                        {"Context", "default"},
                        {"Plugins", Json::array()},
                        {"Warnings", nullptr}};
}

/// What Docker's daemon has and a command without one has not.
void add_daemon(Json& info) {
  info["Debug"] = false;
  info["ExperimentalBuild"] = false;
  info["LiveRestoreEnabled"] = true;  // containers go on without us
  info["NEventsListener"] = 0;
  info["NFd"] = 0;
  info["NGoroutines"] = 0;
  info["GenericResources"] = nullptr;
  info["Isolation"] = "";
  info["Labels"] = Json::array();
  info["InitBinary"] = "";
  for (const char* name : {"ContainerdCommit", "InitCommit", "RuncCommit"})
    info[name] = {{"ID", ""}};
  info["Swarm"] = {{"NodeID", ""},
                   {"NodeAddr", ""},
                   {"LocalNodeState", "inactive"},
                   {"ControlAvailable", false},
                   {"Error", ""},
                   {"RemoteManagers", nullptr}};
}

std::string proxy(const char* name) {
  const auto value = base::environment(base::upper(name).c_str());
  return value ? *value : base::environment(name).value_or("");
}

void add_network(Json& info) {
  const auto forwarding = base::find_file_text("/proc/sys/net/ipv4/ip_forward").value_or("");
  info["IPv4Forwarding"] = base::trim(forwarding) == "1";
  info["HttpProxy"] = proxy("http_proxy");
  info["HttpsProxy"] = proxy("https_proxy");
  info["NoProxy"] = proxy("no_proxy");
  info["FirewallBackend"] = {{"Driver", base::is_rootless() ? "none" : "nftables"}};
  info["IndexServerAddress"] = "https://index.docker.io/v1/";
  const Json hub = {
      {"Name", "docker.io"}, {"Mirrors", Json::array()}, {"Secure", true}, {"Official", true}};
  info["RegistryConfig"] = {{"InsecureRegistryCIDRs", {"::1/128", "127.0.0.0/8"}},
                            {"IndexConfigs", {{"docker.io", hub}}},
                            {"Mirrors", Json::array()}};
}

Json pair(const char* name, const std::string& value) {
  return Json::array({name, value});
}

Json driver_status(const std::string& graphroot) {
  return Json::array({pair("Backing Filesystem", container::file_system_name(graphroot)),
                      pair("Supports d_type", "true"),
                      pair("Native Overlay Diff", "true"),
                      pair("userxattr", base::is_rootless() ? "true" : "false")});
}

}  // namespace

Json docker_info(Session& session) {
  auto& engine = session.engine();
  const bool is_vfs = engine.store.driver() == storage::Driver::vfs;
  const auto& paths = engine.store.paths();
  const auto counts = container::count_containers(engine);
  Json info = {{"ID", engine_id(paths.graphroot())},
               {"Containers", counts.all},
               {"ContainersRunning", counts.running},
               {"ContainersPaused", counts.paused},
               {"ContainersStopped", counts.stopped()},
               {"Images", engine.images.list().size()},
               {"Driver", is_vfs ? "vfs" : "overlay2"},
               {"DriverStatus", is_vfs ? Json() : driver_status(paths.graphroot())},
               {"DockerRootDir", paths.graphroot()},
               {"LoggingDriver", "json-file"},
               {"ServerVersion", version_number()},
               {"Plugins",
                {{"Volume", {"local"}},
                 {"Network", {"bridge", "host", "none"}},
                 {"Authorization", nullptr},
                 {"Log", {"json-file", "k8s-file", "none", "passthrough"}}}},
               {"CDISpecDirs", {"/etc/cdi", "/var/run/cdi"}}};
  add_machine(info);
  add_cgroups(info, session.options());
  info["SecurityOptions"] = security_options(info["CgroupVersion"] == "2");
  add_runtimes(info, session.options());
  add_daemon(info);
  add_network(info);
  add_client(info);
  return info;
}

}  // namespace cli
