// SPDX-License-Identifier: Apache-2.0
#include "container/inspect_podman.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/json_struct.hpp"
#include "base/signal_names.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/finish.hpp"
#include "container/inspect_host_config.hpp"
#include "container/podman_filters.hpp"
#include "container/spec/spec.hpp"
#include "container/state.hpp"
#include "image/reference.hpp"

namespace container {

namespace {

using base::Json;

/// Lists of the host's part that are null when there is nothing in them.
constexpr std::array kNullLists = {"BlkioWeightDevice",
                                   "BlkioDeviceReadBps",
                                   "BlkioDeviceWriteBps",
                                   "BlkioDeviceReadIOps",
                                   "BlkioDeviceWriteIOps",
                                   "DnsOptions",
                                   "DnsSearch"};
constexpr const char* kNever = "0001-01-01T00:00:00Z";
constexpr int kStopTimeout = 10;

/// An id as podman has it: without "sha256:".
std::string bare_id(const std::string& digest) {
  const auto colon = digest.find(':');
  return colon == std::string::npos ? digest : digest.substr(colon + 1);
}

void empty_list(Json& object, const char* name) {
  if (object[name].is_null()) object[name] = Json::array();
}

/// A container that was never started has not got those that it is started with.
Json annotations_of(const Details& details, bool was_started) {
  const auto& o = details.options;
  Json annotations = o.annotations;
  if (was_started && o.rules.detects_systemd)
    annotations.update(Json(stop_annotations(o, details.image)));
  annotations["io.container.manager"] = "berth";
  if (o.remove) annotations["io.podman.annotations.autoremove"] = "TRUE";
  if (o.init) annotations["io.podman.annotations.init"] = "TRUE";
  if (o.security.privileged) annotations["io.podman.annotations.privileged"] = "TRUE";
  return annotations;
}

bool was_stopped(const Engine& engine, const Record& record, const State& state) {
  const std::string directory = state.has_process() ? engine.run_directory(record.id)
                                                    : engine.store.paths().container(record.id);
  return base::exists(directory + "/" + kStoppedNote);
}

/// With registry and tag; an image that was named by its id goes by it.
std::string full_name(const Record& record) {
  const auto& given = record.summary.image_name;
  if (given.empty() || bare_id(record.image).starts_with(bare_id(given))) return given;
  return image::parse_reference(given).with_default_tag().full();
}

void add_state(Json& json, const State& state, const Running& running) {
  json["OciVersion"] = "1.0.2";
  json["CheckpointedAt"] = kNever;
  json["RestoredAt"] = kNever;
  if (state.has_process()) {
    json["ConmonPid"] = running.monitor.pid;
    json["CgroupPath"] = "";
  }
}

/// Podman names them all alike, however they were given.
Json signal_text(const std::string& given) {
  if (given.empty()) return "SIGTERM";
  const auto number = base::parse_signal(given);
  return number ? base::signal_name(*number) : given;
}

void add_health(Json& config, const CreateOptions& o) {
  const auto& extras = o.health_extras;
  config["HealthLogDestination"] = extras.destination.empty() ? "local" : extras.destination;
  config["HealthcheckMaxLogCount"] = extras.max_count.value_or(5);
  config["HealthcheckMaxLogSize"] = extras.max_size.value_or(500);
  if (!extras.startup) return;
  config["StartupHealthCheck"] = base::to_json(*extras.startup);
  config["StartupHealthCheck"]["Successes"] = extras.successes;
}

void add_config(Json& config, const Details& details, bool was_started) {
  const auto& o = details.options;
  config["Annotations"] = annotations_of(details, was_started);
  if (!o.create_command.empty()) config["CreateCommand"] = o.create_command;
  config["OnBuild"] = nullptr;
  if (config["WorkingDir"] == "") config["WorkingDir"] = "/";
  config["StopSignal"] = signal_text(config.value("StopSignal", ""));
  config["StopTimeout"] = o.stop_timeout.value_or(kStopTimeout);
  config["Timeout"] = o.timeout;
  config["Passwd"] = !o.files.no_passwd;
  config["sdNotifyMode"] = "container";
  config["Umask"] = fmt::format("{:04o}", o.umask.value_or(022));
  if (!o.files.timezone.empty()) config["Timezone"] = o.files.timezone;
  config["HealthcheckOnFailureAction"] = o.health_on_failure.empty() ? "none" : o.health_on_failure;
  add_health(config, o);
}

Json capability_names(const std::vector<std::string>& given) {
  Json names = Json::array();
  for (const auto& name : given) {
    const auto upper = base::upper(name);
    names.push_back(upper == "ALL" || upper.starts_with("CAP_") ? upper : "CAP_" + upper);
  }
  return names;
}

Json log_config(const Details& details) {
  const auto& log = details.options.log;
  const auto tag = log.options.find("tag");
  const auto bytes = static_cast<double>(std::max<std::int64_t>(log.max_size, 0));
  return {{"Type", log.driver},
          {"Config", nullptr},
          {"Path", log.driver == "none" || log.driver == "journald" ? "" : details.log_path},
          {"Tag", tag == log.options.end() ? "" : tag->second},
          {"Size", base::human_size(bytes)}};
}

/// The user's words, then those that hold unless he said otherwise.
Json tmpfs_of(const CreateOptions& o) {
  Json object = Json::object();
  for (const auto& mount : o.mounts) {
    if (mount.type != "tmpfs") continue;
    std::vector<std::string> words;
    if (mount.read_only) words.emplace_back("ro");
    for (const auto& word : mount.options)
      if (word != "tmpcopyup") words.push_back(word);
    for (const char* word : {"rprivate", "nosuid", "nodev", "tmpcopyup"}) words.emplace_back(word);
    object[mount.target] = base::join(words, ",");
  }
  return object;
}

/// Each bind and volume with all its words, however it was asked for.
Json binds_of(const CreateOptions& o) {
  Json list = Json::array();
  for (const auto& mount : o.mounts) {
    if (mount.type != "bind" && mount.type != "volume") continue;
    std::vector<std::string> words;
    if (mount.read_only) words.emplace_back("ro");
    words.push_back(mount.propagation.empty() ? "rprivate" : mount.propagation);
    words.insert(words.end(), mount.options.begin(), mount.options.end());
    if (mount.type == "volume" && mount.options.empty())
      words.insert(words.end(), {"nosuid", "nodev"});
    words.emplace_back(mount.recursive ? "rbind" : "bind");
    list.push_back(mount.source + ":" + mount.target + ":" + base::join(words, ","));
  }
  return list;
}

void set_namespaces(Json& host, const Namespaces& n) {
  const auto own = [](const std::string& mode) { return mode.empty() ? "private" : mode; };
  host["IpcMode"] = n.ipc.empty() ? "shareable" : n.ipc;
  host["PidMode"] = own(n.pid);
  host["UTSMode"] = own(n.uts);
  host["UsernsMode"] = n.user.empty() || n.user == "host" ? "" : "private";
  host["CgroupMode"] = host["CgroupnsMode"];
}

void add_host_config(Json& host, const Engine& engine, const Details& details, bool was_started) {
  const auto& o = details.options;
  set_namespaces(host, o.namespaces);
  for (const char* name : {"CgroupnsMode",
                           "DeviceCgroupRules",
                           "DeviceRequests",
                           "MaskedPaths",
                           "ReadonlyPaths",
                           "Sysctls"})
    host.erase(name);
  for (const char* name : kNullLists)
    if (host[name].empty()) host[name] = nullptr;
  for (const char* name : {"Dns", "SecurityOpt"}) empty_list(host, name);
  host["Binds"] = binds_of(o);
  if (!o.init) host.erase("Init");
  host["CapAdd"] = capability_names(o.security.cap_add);
  host["CapDrop"] = capability_names(o.security.cap_drop);
  host["Annotations"] = annotations_of(details, was_started);
  host["AutoRemoveImage"] = o.remove_image;
  host["CgroupConf"] = nullptr;
  host["CgroupManager"] = engine.cgroup_manager.empty() ? "cgroupfs" : engine.cgroup_manager;
  host["Cgroups"] = o.cgroups.empty() || o.cgroups == "enabled" ? "default" : o.cgroups;
  host["DiskQuota"] = 0;
  host["HostsFile"] = o.files.hosts;
  host["KernelMemory"] = 0;
  host["LogConfig"] = log_config(details);
  host["PidsLimit"] = o.resources.pids_limit.value_or(0);
  host["Runtime"] = "oci";
  host["Tmpfs"] = tmpfs_of(o);
  for (auto& limit : host["Ulimits"])
    limit["Name"] = "RLIMIT_" + base::upper(limit["Name"].get<std::string>());
  for (auto& bindings : host["PortBindings"]) {
    for (auto& binding : bindings)
      if (binding["HostIp"] == "") binding["HostIp"] = "0.0.0.0";
  }
}

Json mount_options(const MountOption& mount) {
  Json options = Json::array();
  for (const auto& word : mount.options) options.push_back(word);
  if (mount.type == "volume" && options.empty()) options = {"nosuid", "nodev"};
  if (mount.type != "tmpfs") options.push_back(mount.recursive ? "rbind" : "bind");
  return options;
}

void add_mount_options(Json& mounts, const Details& details) {
  for (auto& json : mounts) {
    const auto& all = details.options.mounts;
    const auto mount = std::find_if(all.begin(), all.end(), [&](const MountOption& m) {
      return json["Destination"] == m.target;
    });
    if (mount == all.end()) continue;
    json["Options"] = mount_options(*mount);
    json["Mode"] = "";
    if (!mount->subpath.empty()) json["SubPath"] = mount->subpath;
    if (json["Propagation"] == "") json["Propagation"] = "rprivate";
  }
}

/// Podman calls the default network by its own name, and tells a published port once.
void set_network(Json& json, const Record& record, const CreateOptions& o) {
  json["HairpinMode"] = false;
  json["LinkLocalIPv6Address"] = "";
  json["LinkLocalIPv6PrefixLen"] = 0;
  Json networks = Json::object();
  for (auto& [name, endpoint] : json["Networks"].items()) {
    endpoint.erase("DNSNames");
    endpoint.erase("GwPriority");
    endpoint["Aliases"] = o.network_aliases;
    endpoint["Aliases"].push_back(record.id.substr(0, 12));
    networks[name == "bridge" ? "podman" : name] = endpoint;
  }
  json["Networks"] = networks;
  for (auto& bindings : json["Ports"]) {
    if (!bindings.is_array() || bindings.size() != 2) continue;
    if (bindings[0]["HostIp"] == "0.0.0.0" && bindings[1]["HostIp"] == "::") bindings.erase(1);
  }
}

void set_graph_driver(Json& json, const std::string& merged) {
  if (json["Data"].is_null()) {  // vfs
    json["Data"] = Json::object();
    return;
  }
  json["Name"] = "overlay";
  json["Data"].erase("ID");
  if (!merged.empty()) json["Data"]["MergedDir"] = merged;
}

/// What scripts print as a whole.
void add_structs(Json& json) {
  auto& host = json["HostConfig"];
  for (auto& limit : host["Ulimits"]) base::make_struct(limit, {"Name", "Soft", "Hard"});
  for (auto& mount : json["Mounts"]) {
    base::make_struct(mount,
                      {"Type",
                       "Name",
                       "Source",
                       "Destination",
                       "Driver",
                       "Mode",
                       "Options",
                       "RW",
                       "Propagation",
                       "SubPath"});
  }
}

/// Fields of podman's structs that a template may name where the printed object leaves them out, and those that go by another
/// name there.
void add_for_templates(Json& json) {
  auto& state = json["State"];
  for (const char* name : {"ConmonPid", "StoppedByUser", "Checkpointed", "Restored"})
    if (!state.contains(name))
      state[name] = name == std::string("ConmonPid") ? Json(0) : Json(false);
  if (!state.contains("Health")) state["Health"] = nullptr;
  state["Healthcheck"] = state["Health"];
  auto& config = json["Config"];
  for (const char* name : {"Count", "Size"})
    config[fmt::format("HealthMaxLog{}", name)] = config[fmt::format("HealthcheckMaxLog{}", name)];
  if (config.contains("StartupHealthCheck")) set_spans(config["StartupHealthCheck"]);
  config["SdNotifyMode"] = config["sdNotifyMode"];
  for (const char* name : {"SdNotifySocket", "Timezone"})
    if (!config.contains(name)) config[name] = "";
  for (const char* name : {"Healthcheck", "StartupHealthCheck"})
    if (!config.contains(name)) config[name] = nullptr;
  for (const char* name : {"CreateCommand", "Secrets", "ChrootDirs", "Cmd", "Entrypoint"})
    empty_list(config, name);
  config["SystemdMode"] = false;
  auto& host = json["HostConfig"];
  if (!host.contains("Init")) host["Init"] = false;
  for (const char* name : kNullLists) empty_list(host, name);
  json["LockNumber"] = json["lockNumber"];
}

}  // namespace

base::Json inspect_podman(Engine& engine, const Record& record, const InspectOptions& options) {
  const Details details = engine.containers.details(record.id);
  const State state = state_of(engine, record);
  const std::string run = engine.run_directory(record.id);
  Json json = inspect(engine, record, options);
  for (const char* name : {"LogPath", "Platform", "ImageManifestDescriptor", "Storage"})
    json.erase(name);
  add_state(json["State"], state, state.running);
  json["State"]["Status"] = podman_status(state);
  if (was_stopped(engine, record, state)) json["State"]["StoppedByUser"] = true;
  const bool was_started = record.started != base::Moment{};
  add_config(json["Config"], details, was_started);
  add_host_config(json["HostConfig"], engine, details, was_started);
  add_mount_options(json["Mounts"], details);
  set_network(json["NetworkSettings"], record, details.options);
  set_graph_driver(json["GraphDriver"], state.has_process() ? run + "/rootfs" : "");
  const auto capabilities = capabilities_of(details.options.security);
  json["BoundingCaps"] = capabilities;
  json["EffectiveCaps"] = capabilities;
  json["ConmonPidFile"] = "";
  json["Dependencies"] = Json::array();
  json["Driver"] = json["GraphDriver"]["Name"];
  empty_list(json, "ExecIDs");
  json["Image"] = bare_id(record.image);
  json["ImageDigest"] = details.image_digest;
  json["ImageName"] = full_name(record);
  json["IsInfra"] = json["IsService"] = false;
  json["KubeExitCodePropagation"] = "invalid";
  json["Name"] = record.name;
  json["Namespace"] = json["Pod"] = json["Rootfs"] = "";
  json["OCIConfigPath"] = state.has_process() ? run + "/bundle/config.json" : "";
  json["OCIRuntime"] = details.options.runtime.empty() ? engine.runtime : details.options.runtime;
  json["PidFile"] = details.options.pidfile;
  json["StaticDir"] = engine.store.paths().container(record.id);
  json["UseImageHostname"] = json["UseImageHosts"] = false;
  json["lockNumber"] = 0;
  if (options.keep_empty) {
    add_for_templates(json);
    add_structs(json);
  } else {
    base::forget_structs(json);  // as the log of events keeps it, where scripts compare the two
  }
  return json;
}

}  // namespace container
