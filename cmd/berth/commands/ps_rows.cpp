// SPDX-License-Identifier: Apache-2.0
#include "commands/ps_rows.hpp"

#include <map>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "container/inspect.hpp"
#include "container/start.hpp"

namespace cli {

namespace {

using base::Json;
using container::Listed;
using container::Status;

/// Docker cuts by characters, not bytes, and lets the ellipsis be the last of them.
std::string cut(const std::string& text, std::size_t most) {
  std::size_t characters = 0, last = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (characters == most - 1) last = i;
    if (++characters > most) return text.substr(0, last) + "…";
  }
  return text;
}

/// As a shell would need the word: docker joins path and arguments with shell quoting where blanks ask for it.
std::string quoted(const std::string& word) {
  const bool plain =
      !word.empty() && word.find_first_of(" \t\n'\"\\$`&|;<>(){}*?[]~#!") == std::string::npos;
  if (plain) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\"'\"'") : std::string(1, c);
  return text + "'";
}

std::string command_text(const std::vector<std::string>& command, bool no_trunc) {
  std::string text;
  for (const auto& word : command) text += (text.empty() ? "" : " ") + quoted(word);
  return "\"" + (no_trunc ? text : cut(text, 20)) + "\"";
}

std::string address_text(const std::string& ip) {
  return ip.find(':') == std::string::npos ? ip : "[" + ip + "]";
}

/// "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 90/tcp"
std::string ports_text(container::Engine& engine, const Listed& l) {
  if (!l.state.has_process()) return "";
  const auto taken = container::read_taken(engine, l.record.id);
  std::vector<std::string> texts;
  const auto published =
      taken && taken->endpoint ? taken->endpoint->ports : std::vector<network::PortMapping>{};
  for (const auto& port : l.record.summary.expose) {
    bool is_published = false;
    for (const auto& p : published) {
      if (p.container_port != port.container_port || p.protocol != port.protocol) continue;
      is_published = true;
      const std::string rest = fmt::format(":{}->{}", p.host_port, container::port_key(p));
      if (!p.host_ip.empty()) {
        texts.push_back(address_text(p.host_ip) + rest);
        continue;
      }
      texts.push_back("0.0.0.0" + rest);
      texts.push_back("[::]" + rest);
    }
    if (!is_published) texts.push_back(container::port_key(port));
  }
  return base::join(texts, ", ");
}

std::string labels_text(const std::map<std::string, std::string>& labels) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : labels) pairs.push_back(key + "=" + value);
  return base::join(pairs, ",");
}

std::string mounts_text(const std::vector<std::string>& mounts, bool no_trunc) {
  std::vector<std::string> texts;
  for (const auto& mount : mounts) texts.push_back(no_trunc ? mount : cut(mount, 15));
  return base::join(texts, ",");
}

std::string size_text(container::Engine& engine, const Listed& l) {
  const auto sizes = container::sizes_of(engine, l.record);
  return fmt::format("{} (virtual {})",
                     base::human_size(static_cast<double>(sizes.own), 3),
                     base::human_size(static_cast<double>(sizes.total), 3));
}

/// A name that has moved on to another image no longer tells what runs here: then docker shows the id.
std::string image_text(container::Engine& engine, const Listed& l, bool no_trunc) {
  const auto& name = l.record.summary.image_name;
  const auto now = engine.images.find(name);
  if (now && now->id == l.record.image) return name;
  return no_trunc ? l.record.image : base::short_id(l.record.image);
}

std::string health_text(const std::string& health) {
  if (health.empty()) return "";
  return health == "starting" ? " (health: starting)" : " (" + health + ")";
}

}  // namespace

std::string status_text(const container::State& state, base::Moment now) {
  switch (state.status) {
    case Status::running:
      return "Up " + base::human_duration(now - state.started) + health_text(state.health);
    case Status::restarting:
      return fmt::format(
          "Restarting ({}) {} ago", state.exit_code, base::human_duration(now - state.finished));
    case Status::paused:
      return "Up " + base::human_duration(now - state.started) + " (Paused)";
    case Status::exited:
      return fmt::format(
          "Exited ({}) {} ago", state.exit_code, base::human_duration(now - state.finished));
    case Status::initialized:
      return "Initialized";
    default:
      return "Created";
  }
}

namespace {

/// Names of images as they are shown, by id and name (of the listed containers): they are asked for
/// once.
using ImageTexts = std::map<std::pair<std::string_view, std::string_view>, std::string>;

/// What the template names, found once for all rows.
struct Shown {
  explicit Shown(const PsOptions& o)
      : id(o.shows("ID")),
        names(o.shows("Names")),
        command(o.shows("Command")),
        image(o.shows("Image")),
        created_at(o.shows("CreatedAt")),
        running_for(o.shows("RunningFor")),
        status(o.shows("Status")),
        state(o.shows("State")),
        health(o.shows("HealthStatus")),
        ports(o.shows("Ports")),
        size(o.shows("Size")),
        labels(o.shows("Label")),
        mounts(o.shows("Mounts")),
        volumes(o.shows("LocalVolumes")),
        networks(o.shows("Networks")),
        platform(o.shows("Platform")) {}

  bool id, names, command, image, created_at, running_for, status, state, health, ports, size,
      labels, mounts, volumes, networks, platform;
};

struct Context {
  container::Engine& engine;
  const PsOptions& options;
  const Shown shown;
  ImageTexts images;
};

void add_identity(Context& context, const Listed& l, Json& row) {
  const auto& [engine, options, shown, images] = context;
  const auto& r = l.record;
  if (shown.id) row["ID"] = options.no_trunc ? r.id : base::short_id(r.id);
  if (shown.names) row["Names"] = r.name;
  if (shown.command) row["Command"] = command_text(r.summary.command, options.no_trunc);
  if (!shown.image) return;
  auto& image = context.images[{r.image, r.summary.image_name}];
  if (image.empty()) image = image_text(engine, l, options.no_trunc);
  row["Image"] = image;
}

void add_state(const Context& context, const Listed& l, Json& row) {
  const auto& [engine, options, shown, images] = context;
  const auto& r = l.record;
  if (shown.created_at) row["CreatedAt"] = base::local_time(r.created);
  if (shown.running_for) row["RunningFor"] = base::human_duration(options.now - r.created) + " ago";
  if (shown.status) row["Status"] = status_text(l.state, options.now);
  if (shown.state) row["State"] = container::to_text(l.state.status);
  if (shown.health) row["HealthStatus"] = l.state.health;
  if (shown.ports) row["Ports"] = ports_text(engine, l);
  if (shown.size) row["Size"] = options.size ? size_text(engine, l) : "0B";
}

void add_settings(const Context& context, const Listed& l, Json& row) {
  const auto& [engine, options, shown, images] = context;
  const auto& summary = l.record.summary;
  if (shown.labels) {
    row["Labels"] = labels_text(summary.labels);
    row["LabelMap"] = summary.labels;
  }
  if (shown.mounts) row["Mounts"] = mounts_text(summary.mounts, options.no_trunc);
  if (shown.volumes) row["LocalVolumes"] = std::to_string(summary.local_volumes);
  if (shown.networks)
    row["Networks"] = summary.network.starts_with("container:") ? "" : summary.network;
  if (shown.platform) row["Platform"] = {{"architecture", "amd64"}, {"os", "linux"}};
}

}  // namespace

std::vector<Json> ps_rows(container::Engine& engine,
                          const std::vector<Listed>& listed,
                          const PsOptions& options) {
  std::vector<Json> rows;
  rows.reserve(listed.size());
  Context context{engine, options, Shown(options), {}};
  for (const auto& l : listed) {
    // Not as a list of pairs: that one copies everything, a quarter of the time of a long list.
    auto& row = rows.emplace_back(Json::object());
    add_identity(context, l, row);
    add_state(context, l, row);
    add_settings(context, l, row);
  }
  return rows;
}

}  // namespace cli
