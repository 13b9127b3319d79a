// SPDX-License-Identifier: Apache-2.0
#include "commands/ps_podman_rows.hpp"

#include <algorithm>
#include <unistd.h>

#include <climits>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "commands/podman_words.hpp"
#include "commands/ps_podman_ports.hpp"
#include "container/inspect.hpp"

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

/// The full name by which it was found; one that has moved on still says what was asked for. `names`: its present ones.
std::string full_name(const std::vector<std::string>& names, const std::string& given) {
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
std::vector<std::string> networks_of(const Listed& l) {
  const auto& network = l.record.summary.network;
  if (network == "bridge") return {"podman"};
  if (network == "none" || network == "host" || network == "pasta" ||
      network.find(':') != std::string::npos)
    return {};
  return {network};
}

std::string capitalized(std::string word) {
  if (!word.empty()) word[0] = base::upper(word.substr(0, 1))[0];
  return word;
}

/// How long ago, reckoned in whole seconds as podman's structure has them.
std::string since(base::Moment moment, base::Moment now) {
  return base::human_duration(now - base::Moment(std::chrono::seconds(unix_time(moment))));
}

base::Moment finished_at(const Listed& l) {
  return l.state.has_process() ? l.record.finished : l.state.finished;
}

int exit_code(const Listed& l) {
  return l.state.has_process() ? 0 : l.state.exit_code;
}

std::string status_of(const Listed& l, base::Moment now) {
  const std::string state = container::podman_status(l.state);
  const std::string& health = l.state.health;
  std::string text;
  if (state == "running")
    text = "Up " + since(l.state.started, now);
  else if (state == "exited")
    text = fmt::format("Exited ({}) {} ago", exit_code(l), since(finished_at(l), now));
  else
    text = capitalized(state);
  return health.empty() ? text : text + " (" + health + ")";
}

std::string command_text(const Listed& l, bool no_trunc) {
  constexpr std::size_t kLongest = 17;
  const auto text = base::join(l.record.summary.command, " ");
  return no_trunc || text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

std::string size_text(const container::Sizes& sizes) {
  return fmt::format("{} (virtual {})",
                     base::human_size(static_cast<double>(sizes.own), 3),
                     base::human_size(static_cast<double>(sizes.total), 3));
}

Json size_json(const container::Sizes& sizes) {
  Json json;
  json["rootFsSize"] = sizes.total;
  json["rwSize"] = sizes.own;
  return json;
}

std::string labels_text(const std::map<std::string, std::string>& labels) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : labels) pairs.push_back(key + "=" + value);
  return base::join(pairs, ",");
}

std::string hex_of(const std::string& id) {
  return id.starts_with("sha256:") ? id.substr(7) : id;
}

std::string age_text(const Listed& l, base::Moment now) {
  return base::human_duration(now - l.record.created) + " ago";
}

std::string shown_id(const PodmanPsRows& rows, const std::string& id) {
  return rows.flags().no_trunc ? id : base::short_id(id);
}

std::string namespace_text(const PodmanPsRows& rows, const Listed& l, const char* name) {
  const bool is_looked_up = rows.flags().namespaces && l.state.has_process();
  return is_looked_up ? namespace_number(l.state.running.init.pid, name) : "";
}

pid_t pid_of(const Listed& l) {
  return l.state.has_process() ? l.state.running.init.pid : 0;
}

/// A field that is text in templates.
struct Field {
  const char* name;
  std::string (*text)(PodmanPsRows& rows, const Listed& l);
};

constexpr Field kTexts[] = {
    {"ID", [](PodmanPsRows& rows, const Listed& l) { return shown_id(rows, l.record.id); }},
    {"Image", [](PodmanPsRows& rows, const Listed& l) { return rows.image_name(l); }},
    {"ImageID",
     [](PodmanPsRows& rows, const Listed& l) { return shown_id(rows, hex_of(l.record.image)); }},
    {"Command",
     [](PodmanPsRows& rows, const Listed& l) { return command_text(l, rows.flags().no_trunc); }},
    {"Created", [](PodmanPsRows&, const Listed& l) { return base::local_time(l.record.created); }},
    {"CreatedAt",
     [](PodmanPsRows&, const Listed& l) { return base::local_time(l.record.created); }},
    {"CreatedHuman", [](PodmanPsRows& rows, const Listed& l) { return age_text(l, rows.now()); }},
    {"RunningFor", [](PodmanPsRows& rows, const Listed& l) { return age_text(l, rows.now()); }},
    {"Status", [](PodmanPsRows& rows, const Listed& l) { return status_of(l, rows.now()); }},
    {"State", [](PodmanPsRows&, const Listed& l) { return container::podman_status(l.state); }},
    {"Ports",
     [](PodmanPsRows& rows, const Listed& l) { return podman_ports_text(rows.engine(), l); }},
    {"Names", [](PodmanPsRows&, const Listed& l) { return l.record.name; }},
    {"Pod", [](PodmanPsRows&, const Listed&) { return std::string(); }},
    {"PodName", [](PodmanPsRows&, const Listed&) { return std::string(); }},
    {"Size",
     [](PodmanPsRows& rows, const Listed& l) {
       return rows.flags().size ? size_text(rows.sizes(l)) : "";
     }},
    {"Labels", [](PodmanPsRows&, const Listed& l) { return labels_text(l.record.summary.labels); }},
    {"Networks", [](PodmanPsRows&, const Listed& l) { return base::join(networks_of(l), ","); }},
    {"Restarts",
     [](PodmanPsRows&, const Listed& l) { return std::to_string(l.record.summary.restarts); }},
    {"Cgroup",
     [](PodmanPsRows& rows, const Listed& l) { return namespace_text(rows, l, "cgroup"); }},
    {"IPC", [](PodmanPsRows& rows, const Listed& l) { return namespace_text(rows, l, "ipc"); }},
    {"MNT", [](PodmanPsRows& rows, const Listed& l) { return namespace_text(rows, l, "mnt"); }},
    {"NET", [](PodmanPsRows& rows, const Listed& l) { return namespace_text(rows, l, "net"); }},
    {"PIDNS", [](PodmanPsRows& rows, const Listed& l) { return namespace_text(rows, l, "pid"); }},
    {"User", [](PodmanPsRows& rows, const Listed& l) { return namespace_text(rows, l, "user"); }},
    {"UTS", [](PodmanPsRows& rows, const Listed& l) { return namespace_text(rows, l, "uts"); }},
};

/// What --sort compares where it compares numbers.
std::int64_t sort_number(PodmanPsRows& rows, const Listed& l, const std::string& key) {
  if (key == "runningfor") return unix_time(l.state.started);
  return rows.flags().size ? rows.sizes(l).total : 0;
}

std::string sort_text(PodmanPsRows& rows, const Listed& l, const std::string& key) {
  if (key == "id") return l.record.id;
  if (key == "image") return rows.image_name(l);
  if (key == "names") return l.record.name;
  if (key == "status") return container::podman_status(l.state);
  std::string words;
  for (const auto& word : l.record.summary.command) words += word + " ";
  return words;
}

}  // namespace

PodmanPsRows::PodmanPsRows(container::Engine& engine,
                           const std::vector<Listed>& listed,
                           const PsFlags& flags,
                           base::Moment now)
    : engine_(engine), flags_(flags), now_(now), names_(engine.images.all_names()) {
  rows_.reserve(listed.size());
  for (auto l = listed.rbegin(); l != listed.rend(); ++l) rows_.push_back(&*l);
  if (flags.sort != "created") sort(flags.sort);
  // A row of a table has no place for it: only who reads the structure pays for looking.
  const auto is_named = [&](const char* word) {
    return flags.format.find(word) != std::string::npos;
  };
  if (is_named("json") || is_named("CIDFile")) cid_files_ = engine.containers.cid_files();
}

void PodmanPsRows::sort(const std::string& key) {
  const auto by = [&](auto value_of) {
    std::ranges::stable_sort(rows_, {}, [&](const Listed* l) { return value_of(*this, *l, key); });
  };
  if (key == "size" || key == "runningfor")
    by(sort_number);
  else
    by(sort_text);
}

std::optional<std::size_t> PodmanPsRows::find_field(std::string_view name) const {
  const auto* field = std::ranges::find(kTexts, name, &Field::name);
  if (field == std::end(kTexts)) return std::nullopt;
  return static_cast<std::size_t>(field - std::begin(kTexts));
}

void PodmanPsRows::print_field(std::size_t row, std::size_t field, std::string& out) {
  out += kTexts[field].text(*this, *rows_[row]);
}

Json PodmanPsRows::take(std::size_t row) {
  // The structure itself has other fields than the templates that go through its methods.
  const bool is_structure = base::trim(flags_.format) == "{{json .}}";
  return is_structure ? structure(*rows_[row]) : report(*rows_[row]);
}

Json PodmanPsRows::take_json(std::size_t row) {
  const auto& l = *rows_[row];
  Json json = structure(l);
  json["CreatedAt"] = age_text(l, now_);
  json["Status"] = status_of(l, now_);
  json["Created"] = unix_time(l.record.created);
  return json;
}

Json PodmanPsRows::structure(const Listed& l) {
  const auto& r = l.record;
  const auto ports = published_ports(engine_, l);
  const auto cid_file = cid_files_.find(r.id);
  // Not as a list of pairs: that one copies everything.
  Json row;
  row["AutoRemove"] = r.summary.remove;
  row["CIDFile"] = cid_file == cid_files_.end() ? "" : cid_file->second;
  row["Command"] = r.summary.command;
  row["Created"] = base::rfc3339(r.created);
  row["CreatedAt"] = "";
  row["ExitCode"] = exit_code(l);
  row["Exited"] = l.state.status == Status::exited;
  row["ExitedAt"] = unix_time(finished_at(l));
  row["ExposedPorts"] = exposed_json(l, ports);
  row["Id"] = r.id;
  row["Image"] = image_name(l);
  row["ImageID"] = hex_of(r.image);
  row["IsInfra"] = false;
  row["Labels"] = r.summary.labels;
  row["Mounts"] = r.summary.mount_targets;
  row["Names"] = Json::array({r.name});
  row["Namespaces"] = flags_.namespaces ? namespaces_json(l) : Json::object();
  row["Networks"] = networks_of(l);
  row["Pid"] = pid_of(l);
  row["Pod"] = "";
  row["PodName"] = "";
  row["Ports"] = ports_json(ports);
  row["Restarts"] = r.summary.restarts;
  row["Size"] = flags_.size ? size_json(sizes(l)) : Json();
  row["StartedAt"] = unix_time(l.state.started);
  row["State"] = container::podman_status(l.state);
  row["Status"] = l.state.health;
  return row;
}

Json PodmanPsRows::report(const Listed& l) {
  Json row = structure(l);
  row.erase("Id");
  row["LabelMap"] = std::move(row["Labels"]);
  for (const auto& [name, text] : kTexts) row[name] = text(*this, l);
  return row;
}

const std::string& PodmanPsRows::image_name(const Listed& l) {
  const auto& given = l.record.summary.image_name;
  const auto [found, is_new] = image_names_.try_emplace({l.record.image, given});
  if (is_new) {
    const auto names = names_.find(l.record.image);
    found->second =
        full_name(names == names_.end() ? std::vector<std::string>() : names->second, given);
  }
  return found->second;
}

const container::Sizes& PodmanPsRows::sizes(const Listed& l) {
  const auto [found, is_new] = sizes_.try_emplace(&l);
  if (is_new) found->second = container::sizes_of(engine_, l.record);
  return found->second;
}

Json podman_label(const Json& row, const std::vector<Json>& arguments) {
  const auto& labels = row.at("LabelMap");
  const auto found =
      arguments[0].is_string() ? labels.find(arguments[0].get<std::string>()) : labels.end();
  return found == labels.end() ? Json("") : *found;
}

}  // namespace cli
