// SPDX-License-Identifier: Apache-2.0
#include "commands/ps_podman_rows.hpp"

#include <set>
#include <unistd.h>

#include <climits>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "commands/podman_words.hpp"
#include "container/inspect.hpp"
#include "container/start.hpp"

namespace cli {

namespace {

using base::Json;
using container::Listed;
using container::Status;

constexpr std::int64_t kNever = -62135596800;  // Go's zero time

std::int64_t unix_time(base::Moment moment) {
  if (moment == base::Moment{}) return kNever;
  return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
}

base::Moment moment_of(const Json& seconds) {
  return base::Moment(std::chrono::seconds(seconds.get<std::int64_t>()));
}

/// The full name by which it was found; one that has moved on still says what was asked for.
std::string image_name(const ImageNames& all, const container::Record& record) {
  const auto found = all.find(record.image);
  const auto names = found == all.end() ? std::vector<std::string>() : found->second;
  const auto& given = record.summary.image_name;
  std::string full = given;
  try {
    full = image::parse_reference(given).with_default_tag().full();
  } catch (const base::Error&) {
    // An id is no name.
  }
  const bool is_id = base::is_hex(given) || given.starts_with("sha256:");
  for (const auto& name : names) {
    if (name == full) return full;
  }
  const bool is_short = !is_id && image::is_short_name(given);
  return (is_id || is_short) && !names.empty() ? names.front() : full;
}

/// Of one that does not run, what was asked for.
std::vector<network::PortMapping> published(container::Engine& engine, const Listed& l) {
  if (l.record.summary.expose.empty()) return {};
  if (!l.state.has_process()) return engine.containers.details(l.record.id).options.publish;
  const auto taken = container::read_taken(engine, l.record.id);
  return taken && taken->endpoint ? taken->endpoint->ports : std::vector<network::PortMapping>{};
}

/// Neighbours are one entry with a range.
Json ports_json(const std::vector<network::PortMapping>& ports) {
  Json list = Json::array();
  for (const auto& p : ports) {
    if (!list.empty()) {
      auto& last = list.back();
      const int range = last["range"];
      if (last["host_ip"] == p.host_ip && last["protocol"] == p.protocol &&
          last["container_port"] == p.container_port - range &&
          last["host_port"] == p.host_port - range) {
        last["range"] = range + 1;
        continue;
      }
    }
    list.push_back({{"host_ip", p.host_ip},
                    {"container_port", p.container_port},
                    {"host_port", p.host_port},
                    {"range", 1},
                    {"protocol", p.protocol}});
  }
  return list.empty() ? Json(nullptr) : list;
}

/// Ports that nobody publishes: {"80": ["tcp"]}.
Json exposed_json(const Listed& l, const std::vector<network::PortMapping>& published) {
  Json exposed = Json::object();
  for (const auto& port : l.record.summary.expose) {
    const bool is_published = std::ranges::any_of(published, [&](const auto& p) {
      return p.container_port == port.container_port && p.protocol == port.protocol;
    });
    if (!is_published) exposed[std::to_string(port.container_port)].push_back(port.protocol);
  }
  return exposed.empty() ? Json(nullptr) : exposed;
}

/// "4026531836" of /proc/PID/ns/NAME.
std::string namespace_number(pid_t pid, const char* name) {
  char target[PATH_MAX];
  const auto path = fmt::format("/proc/{}/ns/{}", pid, name);
  const ssize_t n = ::readlink(path.c_str(), target, sizeof target);
  const std::string text(target, n > 0 ? static_cast<std::size_t>(n) : 0);
  const auto open = text.find('['), close = text.find(']');
  return open == std::string::npos ? "" : text.substr(open + 1, close - open - 1);
}

Json namespaces_json(const Listed& l) {
  Json json = Json::object();
  if (!l.state.has_process()) return json;
  static constexpr std::pair<const char*, const char*> kNames[] = {{"CGROUP", "cgroup"},
                                                                   {"IPC", "ipc"},
                                                                   {"MNT", "mnt"},
                                                                   {"NET", "net"},
                                                                   {"PIDNS", "pid"},
                                                                   {"USERNS", "user"},
                                                                   {"UTS", "uts"}};
  for (const auto& [key, name] : kNames)
    json[key] = namespace_number(l.state.running.init.pid, name);
  return json;
}

/// The default network has Podman's name.
Json networks_json(const Listed& l) {
  const auto& network = l.record.summary.network;
  if (network == "bridge") return Json::array({"podman"});
  if (network == "none" || network == "host" || network == "pasta" ||
      network.find(':') != std::string::npos)
    return Json::array();
  return Json::array({network});
}

std::string capitalized(std::string word) {
  if (!word.empty()) word[0] = base::upper(word.substr(0, 1))[0];
  return word;
}

std::string status_of(const Json& row, base::Moment now) {
  const std::string state = row["State"], health = row["Status"];
  std::string text;
  if (state == "running")
    text = "Up " + base::human_duration(now - moment_of(row["StartedAt"]));
  else if (state == "exited")
    text = fmt::format("Exited ({}) {} ago",
                       row["ExitCode"].get<int>(),
                       base::human_duration(now - moment_of(row["ExitedAt"])));
  else
    text = capitalized(state);
  return health.empty() ? text : text + " (" + health + ")";
}

/// "0.0.0.0:8080-8081->80-81/tcp, 90/tcp"
std::string ports_text(const Json& row) {
  std::vector<std::string> texts;
  const auto span = [](int first, int count) {
    return count > 1 ? fmt::format("{}-{}", first, first + count - 1) : std::to_string(first);
  };
  if (row["Ports"].is_array()) {
    for (const auto& p : row["Ports"]) {
      const std::string ip = p["host_ip"];
      const int range = p["range"];
      texts.push_back(fmt::format("{}:{}->{}/{}",
                                  ip.empty() ? "0.0.0.0" : ip,
                                  span(p["host_port"], range),
                                  span(p["container_port"], range),
                                  p["protocol"].get<std::string>()));
    }
  }
  std::set<std::pair<std::string, int>> exposed;
  if (row["ExposedPorts"].is_object()) {
    for (const auto& [port, protocols] : row["ExposedPorts"].items()) {
      for (const auto& protocol : protocols)
        exposed.emplace(protocol.get<std::string>(), base::parse_number<int>(port).value_or(0));
    }
  }
  for (auto it = exposed.begin(); it != exposed.end();) {
    const auto [protocol, first] = *it;
    int count = 0;
    for (; it != exposed.end() && *it == std::pair(protocol, first + count); ++it) ++count;
    texts.push_back(fmt::format("{}/{}", span(first, count), protocol));
  }
  return base::join(texts, ", ");
}

std::string command_text(const Json& row, bool no_trunc) {
  constexpr std::size_t kLongest = 17;
  const auto text = base::join(row["Command"].get<std::vector<std::string>>(), " ");
  return no_trunc || text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

std::string size_text(const Json& size) {
  if (!size.is_object()) return "";
  return fmt::format("{} (virtual {})",
                     base::human_size(size["rwSize"].get<double>(), 3),
                     base::human_size(size["rootFsSize"].get<double>(), 3));
}

std::string labels_text(const Json& labels) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : labels.items())
    pairs.push_back(key + "=" + value.get<std::string>());
  return base::join(pairs, ",");
}

}  // namespace

Json podman_ps_json(container::Engine& engine,
                    const Listed& l,
                    const ImageNames& names,
                    const PsFlags& flags) {
  const auto& r = l.record;
  const bool runs = l.state.has_process();
  const auto ports = published(engine, l);
  Json size;
  if (flags.size) {
    const auto sizes = container::sizes_of(engine, r);
    size = {{"rootFsSize", sizes.total}, {"rwSize", sizes.own}};
  }
  // A row has no place for it: only who reads the structure pays for looking.
  const bool whole = flags.format.find("json") != std::string::npos ||
                     flags.format.find("CIDFile") != std::string::npos;
  // Not as a list of pairs: that one copies everything.
  Json row;
  row["AutoRemove"] = r.summary.remove;
  row["CIDFile"] = whole ? engine.containers.details(r.id).options.cidfile : "";
  row["Command"] = r.summary.command;
  row["Created"] = base::rfc3339(r.created);
  row["CreatedAt"] = "";
  row["ExitCode"] = runs ? 0 : l.state.exit_code;
  row["Exited"] = l.state.status == Status::exited;
  row["ExitedAt"] = unix_time(runs ? r.finished : l.state.finished);
  row["ExposedPorts"] = exposed_json(l, ports);
  row["Id"] = r.id;
  row["Image"] = image_name(names, r);
  row["ImageID"] = r.image.starts_with("sha256:") ? r.image.substr(7) : r.image;
  row["IsInfra"] = false;
  row["Labels"] = r.summary.labels;
  row["Mounts"] = r.summary.mount_targets;
  row["Names"] = Json::array({r.name});
  row["Namespaces"] = flags.namespaces ? namespaces_json(l) : Json::object();
  row["Networks"] = networks_json(l);
  row["Pid"] = runs ? l.state.running.init.pid : 0;
  row["Pod"] = "";
  row["PodName"] = "";
  row["Ports"] = ports_json(ports);
  row["Restarts"] = r.summary.restarts;
  row["Size"] = size;
  row["StartedAt"] = unix_time(l.state.started);
  row["State"] = container::podman_status(l.state);
  row["Status"] = l.state.health;
  return row;
}

void finish_json_row(Json& row, base::Moment now) {
  const auto created = base::parse_rfc3339(row["Created"].get<std::string>()).value_or(now);
  row["CreatedAt"] = base::human_duration(now - created) + " ago";
  row["Status"] = status_of(row, now);
  row["Created"] = unix_time(created);
}

Json podman_report(Json row, const PsFlags& flags, base::Moment now) {
  const auto created = base::parse_rfc3339(row["Created"].get<std::string>()).value_or(now);
  const std::string age = base::human_duration(now - created) + " ago";
  const auto shown = [&](const std::string& id) {
    return flags.no_trunc ? id : base::short_id(id);
  };
  row["Status"] = status_of(row, now);
  row["Ports"] = ports_text(row);
  row["ID"] = shown(row["Id"]);
  row.erase("Id");
  row["ImageID"] = shown(row["ImageID"]);
  row["Names"] = Json(row["Names"][0]);
  row["Command"] = command_text(row, flags.no_trunc);
  row["Created"] = base::local_time(created);
  row["CreatedAt"] = row["Created"];
  row["CreatedHuman"] = age;
  row["RunningFor"] = age;
  row["LabelMap"] = std::move(row["Labels"]);
  row["Labels"] = labels_text(row["LabelMap"]);
  row["Networks"] = base::join(row["Networks"].get<std::vector<std::string>>(), ",");
  row["Restarts"] = std::to_string(row["Restarts"].get<int>());
  row["Size"] = size_text(row["Size"]);
  const Json& namespaces = row["Namespaces"];
  for (const auto& [field, key] : {std::pair{"Cgroup", "CGROUP"},
                                   {"IPC", "IPC"},
                                   {"MNT", "MNT"},
                                   {"NET", "NET"},
                                   {"PIDNS", "PIDNS"},
                                   {"User", "USERNS"},
                                   {"UTS", "UTS"}})
    row[field] = namespaces.value(key, std::string());
  return row;
}

Json podman_label(const Json& row, const std::vector<Json>& arguments) {
  const auto& labels = row.at("LabelMap");
  const auto found =
      arguments[0].is_string() ? labels.find(arguments[0].get<std::string>()) : labels.end();
  return found == labels.end() ? Json("") : *found;
}

}  // namespace cli
