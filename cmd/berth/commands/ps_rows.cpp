// SPDX-License-Identifier: Apache-2.0
#include "commands/ps_rows.hpp"

#include <algorithm>

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
std::string find_image_text(container::Engine& engine, const Listed& l, bool no_trunc) {
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

/// A field that is text: in templates, and as JSON.
struct Field {
  const char* name;
  std::string (*text)(PsRows& rows, const Listed& l);
  const char* shown_with = name;  ///< what in a template tells that it is shown
};

constexpr Field kFields[] = {
    {"ID",
     [](PsRows& rows, const Listed& l) {
       return rows.options().no_trunc ? l.record.id : base::short_id(l.record.id);
     }},
    {"Names", [](PsRows&, const Listed& l) { return l.record.name; }},
    {"Command",
     [](PsRows& rows, const Listed& l) {
       return command_text(l.record.summary.command, rows.options().no_trunc);
     }},
    {"Image", [](PsRows& rows, const Listed& l) { return rows.image_text(l); }},
    {"CreatedAt", [](PsRows&, const Listed& l) { return base::local_time(l.record.created); }},
    {"RunningFor",
     [](PsRows& rows, const Listed& l) {
       return base::human_duration(rows.options().now - l.record.created) + " ago";
     }},
    {"Status",
     [](PsRows& rows, const Listed& l) { return status_text(l.state, rows.options().now); }},
    {"State",
     [](PsRows&, const Listed& l) { return std::string(container::to_text(l.state.status)); }},
    {"HealthStatus", [](PsRows&, const Listed& l) { return l.state.health; }},
    {"Ports", [](PsRows& rows, const Listed& l) { return ports_text(rows.engine(), l); }},
    {"Size",
     [](PsRows& rows, const Listed& l) {
       return rows.options().size ? size_text(rows.engine(), l) : "0B";
     }},
    {"Labels",
     [](PsRows&, const Listed& l) { return labels_text(l.record.summary.labels); },
     "Label"},
    {"Mounts",
     [](PsRows& rows, const Listed& l) {
       return mounts_text(l.record.summary.mounts, rows.options().no_trunc);
     }},
    {"LocalVolumes",
     [](PsRows&, const Listed& l) { return std::to_string(l.record.summary.local_volumes); }},
    {"Networks",
     [](PsRows&, const Listed& l) {
       const auto& network = l.record.summary.network;
       return network.starts_with("container:") ? "" : network;
     }},
};

}  // namespace

std::optional<std::size_t> PsRows::find_field(std::string_view name) const {
  const auto* field = std::ranges::find(kFields, name, &Field::name);
  if (field == std::end(kFields)) return std::nullopt;
  return static_cast<std::size_t>(field - std::begin(kFields));
}

void PsRows::print_field(std::size_t row, std::size_t field, std::string& out) {
  out += kFields[field].text(*this, listed_[row]);
}

Json PsRows::take(std::size_t row) {
  const auto& l = listed_[row];
  // Not as a list of pairs: that one copies everything, a quarter of the time of a long list.
  auto json = Json::object();
  for (const auto& field : kFields) {
    if (options_.shows(field.shown_with)) json[field.name] = field.text(*this, l);
  }
  if (options_.with_label_map && options_.shows("Label"))
    json["LabelMap"] = l.record.summary.labels;
  if (options_.shows("Platform")) json["Platform"] = {{"architecture", "amd64"}, {"os", "linux"}};
  return json;
}

const std::string& PsRows::image_text(const Listed& l) {
  auto& text = image_texts_[{l.record.image, l.record.summary.image_name}];
  if (text.empty()) text = find_image_text(engine_, l, options_.no_trunc);
  return text;
}

}  // namespace cli
