// SPDX-License-Identifier: Apache-2.0
#include "container/inspect.hpp"

#include <algorithm>

#include "base/json_duration.hpp"
#include "base/json_struct.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/apparmor.hpp"
#include "container/copied_root.hpp"
#include "container/exec.hpp"
#include "container/health.hpp"
#include "container/inspect_host_config.hpp"
#include "container/spec/spec.hpp"
#include "container/start.hpp"
#include "container/state.hpp"
#include "container/tree_size.hpp"

namespace container {

namespace {

using base::Json;

template <typename T>
Json list_or_null(const std::vector<T>& list) {
  return list.empty() ? Json(nullptr) : Json(list);
}

Json keys(const std::map<std::string, base::Json>& set) {
  if (set.empty()) return nullptr;
  Json object = Json::object();
  for (const auto& [key, unused] : set) object[key] = Json::object();
  return object;
}

Json state_json(const Record& record, const State& state) {
  const bool has_process = state.has_process();
  // Docker: what waits for its restart counts as running.
  const bool lives = state.is_running() || state.status == Status::restarting;
  return {{"Status", to_text(state.status)},
          {"Running", lives},
          {"Paused", state.status == Status::paused},
          {"Restarting", state.status == Status::restarting},
          {"OOMKilled", state.oom_killed},
          {"Dead", false},
          {"Pid", has_process ? state.running.init.pid : 0},
          {"ExitCode", has_process ? 0 : state.exit_code},
          {"Error", record.error},
          {"StartedAt", base::rfc3339(state.started)},
          {"FinishedAt", base::rfc3339(has_process ? record.finished : state.finished)}};
}

void add_health_check(Json& config, const CreateOptions& o) {
  image::Healthcheck check = o.health.value_or(image::Healthcheck{});
  if (o.no_healthcheck) check.test = {"NONE"};
  if (o.health || o.no_healthcheck) config["Healthcheck"] = base::to_json(check);
}

Json config_json(const Record& record, const Details& details) {
  const auto& o = details.options;
  Json exposed = Json::object();
  for (const auto& port : record.summary.expose) exposed[port_key(port)] = Json::object();
  const bool attach_all = o.attach.empty();
  const auto attached = [&](const char* stream) {
    return std::find(o.attach.begin(), o.attach.end(), stream) != o.attach.end();
  };
  Json config = {{"Hostname", details.hostname},
                 {"Domainname", o.domainname},
                 {"User", o.user.empty() ? details.image.user : o.user},
                 {"AttachStdin", attached("stdin") || (attach_all && o.interactive)},
                 {"AttachStdout", attach_all || attached("stdout")},
                 {"AttachStderr", attach_all || attached("stderr")}};
  if (!exposed.empty()) config["ExposedPorts"] = exposed;
  config["Tty"] = o.tty;
  config["OpenStdin"] = o.interactive;
  config["StdinOnce"] = o.interactive;
  config["Env"] = config_environment(o, details.image);
  const auto& entrypoint = o.entrypoint ? *o.entrypoint : details.image.entrypoint;
  const bool cleared = o.entrypoint.has_value();
  config["Cmd"] = list_or_null(o.command.empty() && !cleared ? details.image.cmd : o.command);
  config["Image"] = o.image;
  config["Volumes"] = keys(details.image.volumes);
  config["WorkingDir"] = o.working_dir.empty() ? details.image.working_dir : o.working_dir;
  config["Entrypoint"] = list_or_null(entrypoint);
  config["Labels"] = record.summary.labels;
  if (!o.stop_signal.empty() || !details.image.stop_signal.empty()) {
    config["StopSignal"] = o.stop_signal.empty() ? details.image.stop_signal : o.stop_signal;
  }
  if (details.image.healthcheck) config["Healthcheck"] = base::to_json(*details.image.healthcheck);
  add_health_check(config, o);
  if (o.stop_timeout) config["StopTimeout"] = *o.stop_timeout;
  return config;
}

Json mounts_json(Engine& engine, const Details& details) {
  Json list = Json::array();
  for (const auto& mount : details.options.mounts) {
    if (mount.type == "tmpfs" && !mount.mode_text.empty())
      continue;  // --tmpfs: shown in HostConfig.Tmpfs
    Json json = {{"Type", mount.type}};
    if (mount.type == "volume") {
      const auto volume = engine.volumes.find(mount.source);
      json["Name"] = mount.source;
      json["Source"] = volume ? volume->path : "";
      json["Destination"] = mount.target;
      json["Driver"] = "local";
      json["Mode"] = mount.mode_text.empty() && !mount.from_image ? "z" : mount.mode_text;
    } else {
      json["Source"] = mount.source;
      json["Destination"] = mount.target;
      json["Mode"] = mount.mode_text;
    }
    json["RW"] = !mount.read_only;
    json["Propagation"] =
        mount.type == "bind" ? (mount.propagation.empty() ? "rprivate" : mount.propagation) : "";
    list.push_back(std::move(json));
  }
  return list;
}

Json ports_json(const Record& record, const std::optional<network::Endpoint>& endpoint) {
  Json ports = Json::object();
  if (!endpoint) return ports;
  for (const auto& port : record.summary.expose) ports[port_key(port)] = nullptr;
  for (const auto& port : endpoint->ports) {
    auto& bindings = ports[port_key(port)];
    const std::string number = std::to_string(port.host_port);
    if (bindings.is_null()) bindings = Json::array();
    if (!port.host_ip.empty()) {
      bindings.push_back({{"HostIp", port.host_ip}, {"HostPort", number}});
      continue;
    }
    bindings.push_back({{"HostIp", "0.0.0.0"}, {"HostPort", number}});
    bindings.push_back({{"HostIp", "::"}, {"HostPort", number}});
  }
  return ports;
}

Json endpoint_json(const Details& details, const network::Endpoint& e, bool connected) {
  return {{"IPAMConfig", nullptr},
          {"Links", nullptr},
          {"Aliases", nullptr},
          {"DriverOpts", nullptr},
          {"GwPriority", 0},
          {"NetworkID", connected ? e.network : ""},
          {"EndpointID", e.id},
          {"Gateway", e.gateway},
          {"IPAddress", e.address},
          {"MacAddress", e.mac.empty() ? details.options.mac : e.mac},
          {"IPPrefixLen", e.prefix},
          {"IPv6Gateway", e.gateway6},
          {"GlobalIPv6Address", e.address6},
          {"GlobalIPv6PrefixLen", e.prefix6},
          {"DNSNames", nullptr}};
}

Json network_json(Engine& engine,
                  const Record& record,
                  const Details& details,
                  const State& state) {
  std::optional<network::Endpoint> endpoint;
  if (state.has_process()) {
    if (const auto taken = read_taken(engine, record.id)) endpoint = taken->endpoint;
  }
  const network::Endpoint e = endpoint.value_or(network::Endpoint{});
  Json networks = Json::object();
  if (!record.summary.network.starts_with("container:")) {
    networks[record.summary.network] = endpoint_json(details, e, endpoint.has_value());
  }
  const bool own = endpoint.has_value();
  // Without a network, Podman tells of the namespace all the same.
  const bool lonely = details.options.rules.engine_file && record.summary.network == "none";
  const bool has_namespace = own || (lonely && state.has_process());
  return {
      {"Bridge", ""},
      {"SandboxID", own ? record.id : ""},
      {"SandboxKey", has_namespace ? fmt::format("/proc/{}/ns/net", state.running.init.pid) : ""},
      {"Ports", ports_json(record, endpoint)},
      {"EndpointID", e.id},
      {"Gateway", e.gateway},
      {"GlobalIPv6Address", e.address6},
      {"GlobalIPv6PrefixLen", e.prefix6},
      {"IPAddress", e.address},
      {"IPPrefixLen", e.prefix},
      {"IPv6Gateway", e.gateway6},
      {"MacAddress", e.mac},
      {"Networks", networks}};
}

Json graph_driver(Engine& engine, const Record& record, const CreateOptions& options) {
  if (has_copied_root(options)) return {{"Name", options.driver}, {"Data", nullptr}};
  const std::string directory = engine.store.paths().container(record.id);
  std::string lower;
  const auto layers = engine.layers.of_container(record.id);
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    lower += (lower.empty() ? "" : ":") + layer->diff();
  }
  return {{"Name", "overlay2"},
          {"Data",
           {{"ID", record.id},
            {"LowerDir", lower},
            {"UpperDir", directory + "/upper"},
            {"WorkDir", directory + "/work"}}}};
}

/// Fields of Docker's structs that a template may name.
void add_empty(Json& json) {
  const auto add = [](Json& object, const char* name, Json value) {
    if (!object.contains(name)) object[name] = std::move(value);
  };
  for (auto& mount : json["Mounts"]) {
    for (const char* name : {"Name", "Driver"}) add(mount, name, "");
  }
  add(json, "SizeRw", nullptr);
  add(json, "SizeRootFs", nullptr);
  add(json["Config"], "StopSignal", "");
  add(json["Config"], "StopTimeout", nullptr);
  add(json["Config"], "ExposedPorts", nullptr);
  add(json["Config"], "Healthcheck", nullptr);
  add(json["State"], "Health", nullptr);
  set_spans(json["Config"]["Healthcheck"]);
  for (const char* name : {"Tmpfs", "Sysctls", "Annotations", "Init"})
    add(json["HostConfig"], name, nullptr);
}

}  // namespace

void set_spans(Json& check) {
  for (const char* name : {"Interval", "Timeout", "StartPeriod", "StartInterval"})
    if (check.is_object() && check.contains(name))
      check[name] = base::duration_json(check[name].get<std::int64_t>());
}

/// What scripts print as a whole: its fields come in the order of Docker's structs.
void add_structs(Json& json) {
  base::make_struct(json["HostConfig"]["RestartPolicy"], {"Name", "MaximumRetryCount"});
  for (auto& mount : json["Mounts"]) {
    base::make_struct(
        mount, {"Type", "Name", "Source", "Destination", "Driver", "Mode", "RW", "Propagation"});
  }
  const auto check = json["Config"].find("Healthcheck");
  if (check != json["Config"].end() && check->is_object()) {
    base::make_struct(*check,
                      {"Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"});
  }
}

std::string port_key(const network::PortMapping& port) {
  return fmt::format("{}/{}", port.container_port, port.protocol);
}

Sizes sizes_of(Engine& engine, const Record& record) {
  Sizes sizes;
  sizes.own = base::exists(copied_root(engine, record.id))
                  ? size_of_changes(engine, record)
                  : tree_size(engine.store.paths().container(record.id) + "/upper");
  sizes.total = sizes.own;
  for (const auto& layer : engine.layers.of_container(record.id)) sizes.total += layer.size;
  return sizes;
}

base::Json inspect(Engine& engine, const Record& record, const InspectOptions& options) {
  const Details details = engine.containers.details(record.id);
  const State state = state_of(engine, record);
  const std::string run = engine.run_directory(record.id);
  const auto words = command_line(details.options, details.image);
  const auto file = [&](const char* name) {
    return state.has_process() ? run + "/" + name : std::string();
  };
  const auto& driver = details.options.log.driver;
  const bool has_file = driver != "none" && driver != "journald";
  Json json = {
      {"Id", record.id},
      {"Created", base::rfc3339(record.created)},
      {"Path", words.empty() ? "" : words[0]},
      {"Args", words.empty() ? words : std::vector<std::string>(words.begin() + 1, words.end())},
      {"State", state_json(record, state)},
      {"Image", record.image},
      {"ResolvConfPath", file("resolv.conf")},
      {"HostnamePath", file("hostname")},
      {"HostsPath", file("hosts")},
      {"LogPath", has_file ? details.log_path : ""},
      {"Name", "/" + record.name},
      {"RestartCount", record.summary.restarts},
      {"Driver", "overlayfs"},
      {"Platform", details.platform.os.empty() ? "linux" : details.platform.os},
      {"MountLabel", details.mount_label},
      {"ProcessLabel", details.process_label},
      {"AppArmorProfile", AppArmor(details.options).profile()},
      {"ExecIDs", exec_ids(engine, record)},
      {"HostConfig", host_config_json(engine, details)},
      {"GraphDriver", graph_driver(engine, record, details.options)},
      {"Storage", {{"RootFS", {{"Snapshot", {{"Name", "overlayfs"}}}}}}},
      {"Mounts", mounts_json(engine, details)},
      {"Config", config_json(record, details)},
      {"NetworkSettings", network_json(engine, record, details, state)},
      {"ImageManifestDescriptor", manifest_descriptor(engine, details)}};
  if (const auto health = health_json(engine, record, state.has_process()))
    json["State"]["Health"] = *health;
  if (options.keep_empty) add_empty(json);
  if (options.size) {
    const Sizes sizes = sizes_of(engine, record);
    json["SizeRw"] = sizes.own;
    json["SizeRootFs"] = sizes.total;
  }
  add_structs(json);
  return json;
}

}  // namespace container
