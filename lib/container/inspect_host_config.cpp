// SPDX-License-Identifier: Apache-2.0
#include "container/inspect_host_config.hpp"

#include <algorithm>

#include "base/sys.hpp"
#include "container/inspect.hpp"
#include "container/spec/spec.hpp"

namespace container {

namespace {

using base::Json;

Json list_or_null(const std::vector<std::string>& list) {
  return list.empty() ? Json(nullptr) : Json(list);
}

/// -v as it was given; --mount and --tmpfs stand elsewhere.
Json binds(const CreateOptions& o) {
  Json list = Json::array();
  for (const auto& m : o.mounts) {
    const bool short_form =
        m.type == "bind" ? m.create_source : m.type == "volume" && !m.anonymous && !m.from_image;
    if (!short_form) continue;
    list.push_back(m.source + ":" + m.target + (m.mode_text.empty() ? "" : ":" + m.mode_text));
  }
  return list.empty() ? Json(nullptr) : list;
}

Json port_bindings(const CreateOptions& o) {
  Json object = Json::object();
  for (const auto& port : o.publish) {
    auto& list = object[port_key(port)];
    if (list.is_null()) list = Json::array();
    list.push_back({{"HostIp", port.host_ip},
                    {"HostPort", port.host_port ? std::to_string(port.host_port) : ""}});
  }
  return object;
}

Json tmpfs(const CreateOptions& o) {
  Json object = Json::object();
  for (const auto& m : o.mounts) {
    if (m.type == "tmpfs") object[m.target] = m.mode_text;
  }
  return object;
}

Json devices(const CreateOptions& o) {
  Json list = Json::array();
  for (const auto& d : o.devices) {
    list.push_back({{"PathOnHost", d.host},
                    {"PathInContainer", d.container},
                    {"CgroupPermissions", d.permissions}});
  }
  return list;
}

Json rates(const std::vector<DeviceRate>& list, const char* value) {
  Json json = Json::array();
  for (const auto& rate : list) json.push_back({{"Path", rate.path}, {value, rate.rate}});
  return json;
}

/// "c 42:* rmw", as they are given.
Json device_rules(const CreateOptions& o) {
  Json list = Json::array();
  const auto number = [](std::int64_t n) { return n < 0 ? "*" : std::to_string(n); };
  for (const auto& rule : o.device_rules) {
    list.push_back(
        fmt::format("{} {}:{} {}", rule.type, number(rule.major), number(rule.minor), rule.access));
  }
  return list.empty() ? Json(nullptr) : list;
}

Json id_mappings(const std::vector<base::IdRange>& ranges) {
  Json list = Json::array();
  for (const auto& r : ranges)
    list.push_back(fmt::format("{}:{}:{}", r.inside, r.outside, r.count));
  return list;
}

Json ulimits(const CreateOptions& o) {
  Json list = Json::array();
  for (const auto& u : o.ulimits)
    list.push_back({{"Name", u.name}, {"Hard", u.hard}, {"Soft", u.soft}});
  return list;
}

void add_resources(Json& json, const CreateOptions& o) {
  const auto& r = o.resources;
  json["CpuShares"] = r.cpu_shares.value_or(0);
  json["Memory"] = r.memory.value_or(0);
  json["NanoCpus"] = r.nano_cpus.value_or(0);
  json["CgroupParent"] = o.cgroup_parent;
  json["BlkioWeight"] = r.blkio_weight.value_or(0);
  json["BlkioWeightDevice"] = rates(r.blkio_weight_device, "Weight");
  json["BlkioDeviceReadBps"] = rates(r.read_bps, "Rate");
  json["BlkioDeviceWriteBps"] = rates(r.write_bps, "Rate");
  json["BlkioDeviceReadIOps"] = rates(r.read_iops, "Rate");
  json["BlkioDeviceWriteIOps"] = rates(r.write_iops, "Rate");
  json["CpuPeriod"] = r.cpu_period.value_or(0);
  json["CpuQuota"] = r.cpu_quota.value_or(0);
  json["CpuRealtimePeriod"] = r.cpu_rt_period.value_or(0);
  json["CpuRealtimeRuntime"] = r.cpu_rt_runtime.value_or(0);
  json["CpusetCpus"] = r.cpuset_cpus;
  json["CpusetMems"] = r.cpuset_mems;
  json["Devices"] = devices(o);
  json["DeviceCgroupRules"] = device_rules(o);
  json["DeviceRequests"] = nullptr;
  json["MemoryReservation"] = r.memory_reservation.value_or(0);
  // Docker gives a limited container as much swap again unless told otherwise.
  json["MemorySwap"] = r.memory_swap.value_or(r.memory ? *r.memory * 2 : 0);
  json["MemorySwappiness"] =
      r.memory_swappiness.value_or(-1) < 0 ? Json(nullptr) : Json(*r.memory_swappiness);
  json["OomKillDisable"] = r.oom_kill_disable;
  json["PidsLimit"] = r.pids_limit ? Json(*r.pids_limit) : Json(nullptr);
  json["Ulimits"] = ulimits(o);
  json["CpuCount"] = 0;
  json["CpuPercent"] = 0;
  json["IOMaximumIOps"] = 0;
  json["IOMaximumBandwidth"] = 0;
}

}  // namespace

base::Json host_config_json(Engine& engine, const Details& details) {
  const auto& o = details.options;
  const auto& n = o.namespaces;
  constexpr std::int64_t kShmSize = 64 << 20;
  Json json = {
      {"Binds", binds(o)},
      {"ContainerIDFile", o.cidfile},
      {"LogConfig", {{"Type", o.log.driver}, {"Config", o.log.options}}},
      {"NetworkMode", n.network == "default" ? "bridge" : n.network},
      {"PortBindings", port_bindings(o)},
      {"RestartPolicy",
       {{"Name", o.restart.name}, {"MaximumRetryCount", o.restart.maximum_retries}}},
      {"AutoRemove", o.remove},
      {"VolumeDriver", ""},
      {"VolumesFrom", list_or_null(o.volumes_from)},
      {"ConsoleSize", Json::array({0, 0})},
      {"CapAdd", list_or_null(o.security.cap_add)},
      {"CapDrop", list_or_null(o.security.cap_drop)},
      {"CgroupnsMode",
       n.cgroup.empty() ? (base::exists("/sys/fs/cgroup/cgroup.controllers") ? "private" : "host")
                        : n.cgroup},
      {"Dns", list_or_null(o.dns)},
      {"DnsOptions", o.dns_options},
      {"DnsSearch", o.dns_search},
      {"ExtraHosts", list_or_null(o.extra_hosts)},
      {"GroupAdd", list_or_null(o.group_add)},
      {"IpcMode", n.ipc.empty() ? "private" : n.ipc},
      {"Cgroup", ""},
      {"Links", nullptr},
      {"OomScoreAdj", o.oom_score_adj.value_or(0)},
      {"PidMode", n.pid == "private" ? "" : n.pid},
      {"Privileged", o.security.privileged},
      {"PublishAllPorts", o.publish_all},
      {"ReadonlyRootfs", o.read_only},
      {"SecurityOpt", list_or_null(o.security.given)},
      {"UTSMode", n.uts == "private" ? "" : n.uts},
      {"UsernsMode", n.user},
      {"ShmSize", o.shm_size.value_or(kShmSize)},
      {"Runtime", o.runtime.empty() ? engine.runtime : o.runtime},
      {"Isolation", ""}};
  if (const auto mounts = tmpfs(o); !mounts.empty()) json["Tmpfs"] = mounts;
  if (!o.sysctls.empty()) json["Sysctls"] = o.sysctls;
  if (!o.annotations.empty()) json["Annotations"] = o.annotations;
  add_resources(json, o);
  json["MaskedPaths"] = masked_paths(o.security, {});
  json["ReadonlyPaths"] = readonly_paths(o.security);
  if (o.init) json["Init"] = true;
  if (o.remove_image) json["AutoRemoveImage"] = true;
  if (n.mapping) {
    json["UsernsMode"] = "private";
    json["IDMappings"] = {{"UidMap", id_mappings(n.mapping->uids)},
                          {"GidMap", id_mappings(n.mapping->gids)}};
  }
  return json;
}

std::vector<std::string> config_environment(const CreateOptions& options,
                                            const image::RunConfig& image) {
  std::vector<std::string> env;
  const auto add = [&](const std::string& variable) {
    const std::string key = variable.substr(0, variable.find('=') + 1);
    const auto same =
        std::find_if(env.begin(), env.end(), [&](const auto& v) { return v.starts_with(key); });
    if (same == env.end()) env.push_back(variable);
  };
  for (auto v = options.env.rbegin(); v != options.env.rend(); ++v) {
    if (v->find('=') != std::string::npos) add(*v);
  }
  std::reverse(env.begin(), env.end());
  for (const auto& variable : image.env) add(variable);
  for (const auto& variable : options.environment.defaults) add(variable);
  for (const auto& variable : options.environment.host) add(variable);
  add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  return env;
}

base::Json manifest_descriptor(Engine& engine, const Details& details) {
  if (details.image_digest.empty()) return nullptr;  // --rootfs
  const auto blob = engine.images.find_blob(details.image_digest);
  Json json = {
      {"mediaType", image::kOciManifest},
      {"digest", details.image_digest},
      {"size", blob ? blob->size() : 0},
      {"platform", {{"architecture", details.platform.architecture}, {"os", details.platform.os}}}};
  if (blob) {
    const auto manifest = base::from_json_text<image::Manifest>(*blob, "manifest");
    if (!manifest.media_type.empty()) json["mediaType"] = manifest.media_type;
  }
  return json;
}

}  // namespace container
