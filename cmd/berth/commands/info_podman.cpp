// SPDX-License-Identifier: Apache-2.0
// info in podman's shape
#include <algorithm>
#include <cmath>
#include <map>
#include <sys/statvfs.h>

#include "base/file.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "commands/info.hpp"
#include "container/apparmor.hpp"
#include "container/cgroup.hpp"
#include "container/host_info.hpp"
#include "container/labels.hpp"
#include "container/spec/spec.hpp"
#include "version.hpp"

namespace cli {

namespace {

using base::Json;

Json id_map(const std::vector<base::IdRange>& ranges) {
  if (!base::is_rootless()) return nullptr;
  Json list = Json::array();
  for (const auto& range : ranges) {
    list.push_back(
        {{"container_id", range.inside}, {"host_id", range.outside}, {"size", range.count}});
  }
  return list;
}

Json program(const std::string& name) {
  const auto path = base::find_program(name);
  return {{"package", "Unknown"},
          {"path", path.value_or("")},
          {"version", path ? program_version(*path) : ""}};
}

/// "2h 5m 7.00s", with days in front when there are some.
std::string uptime_text(std::int64_t seconds) {
  const std::int64_t hours = seconds / 3600, minutes = seconds / 60 % 60;
  std::string text = fmt::format("{}h {}m {}.00s", hours, minutes, seconds % 60);
  if (hours >= 24) text += fmt::format(" (Approximately {:.2f} days)", double(hours) / 24);
  return text;
}

/// How the CPUs have spent their time since the start, in percent.
Json cpu_use() {
  const auto text = base::find_file_text("/proc/stat").value_or("");
  double values[4] = {}, all = 0;
  std::size_t n = 0;
  for (const auto& word : base::split(base::split(text, '\n')[0], ' ')) {
    const auto number = base::parse_number<std::int64_t>(word);
    if (!number) continue;
    if (n < 4) values[n++] = double(*number);
    all += double(*number);
  }
  const auto percent = [&](double part) {
    return all > 0 ? std::round(part * 10000 / all) / 100 : 0.0;
  };
  return {{"userPercent", percent(values[0] + values[1])},
          {"systemPercent", percent(values[2])},
          {"idlePercent", percent(values[3])}};
}

Json security() {
  std::vector<std::string> capabilities = container::capabilities_of({});
  return {{"apparmorEnabled", container::has_apparmor()},
          {"capabilities", base::join(capabilities, ",")},
          {"rootless", base::is_rootless()},
          {"seccompEnabled", true},
          {"seccompProfilePath", ""},
          {"selinuxEnabled", container::has_selinux()}};
}

Json runtime(const GlobalOptions& options) {
  Json json = program(options.runtime);
  json["name"] = options.runtime.substr(options.runtime.rfind('/') + 1);
  return json;
}

Json network_backend() {
  return {{"backend", "netavark"},
          {"defaultNetwork", "podman"},
          {"package", ""},
          {"path", ""},
          {"version", version_number()},
          {"dns", {{"package", ""}, {"path", ""}, {"version", ""}}}};
}

void add_memory(Json& host, const container::HostInfo& facts) {
  host["memTotal"] = facts.memory;
  host["memFree"] = facts.memory_available;
  host["memAvailable"] = facts.memory_available;
  host["swapTotal"] = facts.swap;
  host["swapFree"] = facts.swap_free;
}

Json host_json(Session& session) {
  const auto facts = container::read_host_info();
  const auto plan = container::plan_cgroup("", "", session.options().cgroup_manager);
  const std::string socket = session.store().paths().runroot() + "/podman.sock";
  Json pasta = program("pasta");
  pasta["executable"] = pasta["path"];
  pasta.erase("path");
  Json host = {
      {"arch", go_architecture()},
      {"buildahVersion", version_number()},
      {"cdiSpecDirs", {"/etc/cdi", "/var/run/cdi"}},
      {"cgroupControllers", plan.controllers},
      {"cgroupManager", plan.manager == "disabled" ? "cgroupfs" : plan.manager},
      {"cgroupVersion", plan.v2 ? "v2" : "v1"},
      {"conmon",
       {{"package", "Unknown"},
        {"path", base::executable_directory() + "/berth-monitor"},
        {"version", "berth-monitor version " + version_number()}}},
      {"cpuUtilization", cpu_use()},
      {"cpus", facts.cpus},
      {"databaseBackend", "sqlite"},
      {"distribution",
       {{"distribution", facts.os_id},
        {"version", facts.os_version},
        {"codename", facts.os_codename}}},
      {"eventLogger", "file"},
      {"freeLocks", nullptr},
      {"hostname", facts.hostname},
      {"idMappings", {{"gidmap", id_map(base::gid_map())}, {"uidmap", id_map(base::uid_map())}}},
      {"kernel", facts.kernel},
      {"linkmode", "static"},
      {"logDriver", "json-file"},
      {"networkBackend", "netavark"},
      {"networkBackendInfo", network_backend()},
      {"ociRuntime", runtime(session.options())},
      {"os", "linux"},
      {"pasta", std::move(pasta)},
      {"remoteSocket", {{"exists", base::exists(socket)}, {"path", "unix://" + socket}}},
      {"rootlessNetworkCmd", "pasta"},
      {"rootlessPortForwarder", "pasta"},
      {"security", security()},
      {"serviceIsRemote", false},
      {"uptime", uptime_text(facts.uptime)},
      {"variant", ""}};
  add_memory(host, facts);
  return host;
}

/// Each key as it was given, the last value, and a list of all by Podman's newer name.
Json graph_options(Session& session) {
  Json options = Json::object();
  for (const auto& option : session.image_store_options()) {
    const auto [key, path] = base::split_pair(option, '=');
    options[key] = *path;
    options[key.substr(0, key.rfind('.') + 1) + "additionalImageStores"].push_back(*path);
  }
  return options;
}

Json graph_status(storage::Store& store) {
  if (store.driver() == storage::Driver::vfs) return Json::object();
  return {{"Backing Filesystem", container::file_system_name(store.paths().graphroot())},
          {"Native Overlay Diff", "true"},
          {"Supports d_type", "true"},
          {"Supports shifting", base::in_user_namespace() ? "false" : "true"},
          {"Supports volatile", "false"},
          {"Using metacopy", "false"}};
}

Json store_json(Session& session) {
  auto& engine = session.engine();
  const auto& paths = engine.store.paths();
  const auto counts = container::count_containers(engine);

  struct statvfs fs {};

  ::statvfs(paths.graphroot().c_str(), &fs);
  const std::uint64_t all = fs.f_blocks * fs.f_frsize, used = all - fs.f_bfree * fs.f_frsize;
  return {{"containerStore",
           {{"number", counts.all},
            {"paused", counts.paused},
            {"running", counts.running},
            {"stopped", counts.stopped()}}},
          {"graphDriverName", storage::driver_name(engine.store.driver())},
          {"graphOptions", graph_options(session)},
          {"graphRoot", paths.graphroot()},
          {"graphRootAllocated", all},
          {"graphRootUsed", used},
          {"graphStatus", graph_status(engine.store)},
          {"imageCopyTmpDir", paths.staging()},
          {"imageStore", {{"number", engine.images.list().size()}}},
          {"runRoot", paths.runroot()},
          {"transientStore", false},
          {"volumePath", paths.volumes()}};
}

/// The field of Go's struct behind a name of the JSON, where it is more than a capital letter.
std::string field_name(const std::string& name) {
  static const std::map<std::string, std::string> kNames = {
      {"apparmorEnabled", "AppArmorEnabled"},
      {"capabilities", "DefaultCapabilities"},
      {"cdiSpecDirs", "CDISpecDirs"},
      {"cgroupControllers", "CgroupControllers"},
      {"cgroupVersion", "CgroupsVersion"},
      {"cpuUtilization", "CPUUtilization"},
      {"cpus", "CPUs"},
      {"dns", "DNS"},
      {"gidmap", "GIDMap"},
      {"idMappings", "IDMappings"},
      {"ociRuntime", "OCIRuntime"},
      {"os", "OS"},
      {"seccompEnabled", "SECCOMPEnabled"},
      {"seccompProfilePath", "SECCOMPProfilePath"},
      {"selinuxEnabled", "SELinuxEnabled"},
      {"uidmap", "UIDMap"},
  };
  const auto found = kNames.find(name);
  if (found != kNames.end()) return found->second;
  return base::upper(name.substr(0, 1)) + name.substr(1);
}

/// Maps of Go keep their keys.
bool is_map(const std::string& name) {
  return name == "registries" || name == "graphOptions" || name == "graphStatus";
}

}  // namespace

Json podman_info(Session& session) {
  const std::string built = build_time();
  const auto moment = base::parse_rfc3339(built);
  return {{"host", host_json(session)},
          {"plugins",
           {{"authorization", nullptr},
            {"log", {"json-file", "k8s-file", "none", "passthrough"}},
            {"network", {"bridge"}},
            {"volume", {"local"}}}},
          {"registries", Json::object()},
          {"store", store_json(session)},
          {"version",
           {{"APIVersion", version_number()},
            {"BuildOrigin", "berth"},
            {"Built", moment ? moment->time_since_epoch().count() / 1'000'000'000 : 0},
            {"BuiltTime", built},
            {"GitCommit", version_commit()},
            {"GoVersion", ""},
            {"Os", "linux"},
            {"OsArch", "linux/" + go_architecture()},
            {"Version", version_number()}}}};
}

Json podman_info_fields(const Json& info) {
  if (!info.is_object()) return info;
  Json fields = Json::object();
  for (const auto& [name, value] : info.items())
    fields[field_name(name)] = is_map(name) ? value : podman_info_fields(value);
  return fields;
}

}  // namespace cli
