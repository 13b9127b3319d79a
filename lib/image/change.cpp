// SPDX-License-Identifier: Apache-2.0
#include "image/change.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "image/change_words.hpp"

namespace image {

namespace {

class Changer {
 public:
  explicit Changer(RunConfig& config) : config_(config) {}

  void apply(const std::string& line) {
    const auto text = base::trim(line);
    const auto end = text.find_first_of(" \t");
    const std::string written(text.substr(0, end));
    rest_ = end == std::string_view::npos ? "" : std::string(base::trim(text.substr(end)));
    name_ = base::upper(written);
    for (const auto& instruction : kInstructions) {
      if (name_ != instruction.name) continue;
      if (rest_.empty()) base::fail(base::Kind::usage, "{} requires at least one argument", name_);
      return (this->*instruction.act)();
    }
    base::fail(base::Kind::usage, "{} is not a valid change command", written);
  }

 private:
  struct Instruction {
    const char* name;
    void (Changer::*act)();
  };

  static const Instruction kInstructions[11];

  std::optional<std::string> variable(const std::string& name) const {
    for (const auto& entry : config_.env) {
      const auto [key, value] = base::split_pair(entry, '=');
      if (key == name) return value.value_or("");
    }
    return std::nullopt;
  }

  std::string expand(const std::string& word) const {
    return expand_word(word, [this](const std::string& name) { return variable(name); });
  }

  std::vector<std::string> words() const {
    std::vector<std::string> all;
    for (const auto& word : split_words(rest_)) all.push_back(expand(word));
    return all;
  }

  /// The list form as it is, anything else by the shell.
  std::vector<std::string> command(const std::string& text) const {
    if (auto list = parse_exec_form(text)) return std::move(*list);
    std::vector<std::string> words = config_.shell;
    if (words.empty()) words = {"/bin/sh", "-c"};
    words.push_back(text);
    return words;
  }

  void cmd() {
    config_.cmd = command(rest_);
    cmd_was_set_ = true;
  }

  /// A new entrypoint makes the old command meaningless.
  void entrypoint() {
    config_.entrypoint = command(rest_);
    if (!cmd_was_set_) config_.cmd.clear();
  }

  void env() {
    const auto pairs = split_pairs(name_, rest_);
    // All values of one instruction see the variables of before it.
    std::vector<std::pair<std::string, std::string>> expanded;
    for (const auto& [key, value] : pairs) expanded.emplace_back(expand(key), expand(value));
    for (const auto& [key, value] : expanded) {
      const auto same = std::find_if(
          config_.env.begin(), config_.env.end(), [&key = key](const std::string& entry) {
            return base::split_pair(entry, '=').first == key;
          });
      // As Docker: a variable that is there already keeps its place.
      if (same == config_.env.end())
        config_.env.push_back(key + "=" + value);
      else
        *same = key + "=" + value;
    }
  }

  void expose() {
    for (const auto& word : words()) {
      const auto [range, protocol] = base::split_pair(word, '/');
      const std::string suffix = "/" + base::lower(protocol.value_or("tcp"));
      const auto [first, last] = base::split_pair(range, '-');
      const auto from = base::parse_number<std::uint16_t>(first);
      const auto to = last ? base::parse_number<std::uint16_t>(*last) : from;
      const bool known = suffix == "/tcp" || suffix == "/udp" || suffix == "/sctp";
      if (!from || !to || *from > *to || !known)
        base::fail(base::Kind::usage, "Invalid containerPort: {}", word);
      for (int port = *from; port <= *to; ++port) {
        config_.exposed_ports[std::to_string(port) + suffix] = base::Json::object();
      }
    }
  }

  void label() {
    for (const auto& [key, value] : split_pairs(name_, rest_))
      config_.labels[expand(key)] = expand(value);
  }

  void on_build() {
    const std::string trigger = base::upper(rest_.substr(0, rest_.find_first_of(" \t")));
    if (trigger == "ONBUILD")
      base::fail(base::Kind::usage, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
    if (trigger == "FROM" || trigger == "MAINTAINER") {
      base::fail(base::Kind::usage, "{} isn't allowed as an ONBUILD trigger", trigger);
    }
    config_.on_build.push_back(rest_);
  }

  void stop_signal() { config_.stop_signal = single(); }

  void user() { config_.user = single(); }

  void working_dir() {
    const std::string path = single();
    const bool is_absolute = path.starts_with('/');
    config_.working_dir = clean_path(is_absolute ? path : config_.working_dir + "/" + path);
  }

  void volume() {
    const auto list = parse_exec_form(rest_);
    for (const auto& path : list ? *list : words()) {
      if (base::trim(path).empty())
        base::fail(base::Kind::usage, "VOLUME specified can not be an empty string");
      config_.volumes[std::string(base::trim(path))] = base::Json::object();
    }
  }

  std::string single() const {
    const auto all = words();
    if (all.size() != 1) base::fail(base::Kind::usage, "{} requires exactly one argument", name_);
    return all[0];
  }

  static std::string clean_path(const std::string& path) {
    std::vector<std::string> parts;
    for (const auto& part : base::split(path, '/')) {
      if (part.empty() || part == ".") continue;
      if (part != "..")
        parts.push_back(part);
      else if (!parts.empty())
        parts.pop_back();
    }
    return "/" + base::join(parts, "/");
  }

  void healthcheck();
  static void health_flag(Healthcheck& health, const std::string& flag);

  RunConfig& config_;
  std::string name_, rest_;
  bool cmd_was_set_ = false;
};

void Changer::health_flag(Healthcheck& health, const std::string& flag) {
  const auto [key, value] = base::split_pair(flag, '=');
  if (key == "--retries") {
    const auto retries = base::parse_number<int>(value.value_or(""));
    if (!retries || *retries < 0) base::fail(base::Kind::usage, "--retries must be at least 0");
    health.retries = *retries;
    return;
  }
  const auto span = base::parse_duration(value.value_or(""));
  if (!span || span->count() < 0)
    base::fail(base::Kind::usage, "invalid HEALTHCHECK flag \"{}\"", flag);
  if (key == "--interval")
    health.interval = span->count();
  else if (key == "--timeout")
    health.timeout = span->count();
  else if (key == "--start-period")
    health.start_period = span->count();
  else if (key == "--start-interval")
    health.start_interval = span->count();
  else
    base::fail(base::Kind::usage, "unknown flag: {}", key);
}

void Changer::healthcheck() {
  Healthcheck health;
  std::string text = rest_;
  const auto take_word = [&text] {
    const auto end = text.find_first_of(" \t");
    std::string word = text.substr(0, end);
    text = end == std::string::npos ? "" : std::string(base::trim(text.substr(end)));
    return word;
  };
  while (text.starts_with("--")) health_flag(health, take_word());
  const std::string type = base::upper(take_word());
  if (type == "NONE") {
    if (!text.empty()) base::fail(base::Kind::usage, "HEALTHCHECK NONE takes no arguments");
    health.test = {"NONE"};
  } else if (type == "CMD") {
    if (text.empty()) base::fail(base::Kind::usage, "Missing command after HEALTHCHECK CMD");
    const auto list = parse_exec_form(text);
    health.test = {list ? "CMD" : "CMD-SHELL"};
    if (list)
      health.test.insert(health.test.end(), list->begin(), list->end());
    else
      health.test.push_back(text);
  } else {
    base::fail(base::Kind::usage, "Unknown type {} in HEALTHCHECK (try CMD)", type);
  }
  config_.healthcheck = std::move(health);
}

const Changer::Instruction Changer::kInstructions[] = {
    {"CMD", &Changer::cmd},
    {"ENTRYPOINT", &Changer::entrypoint},
    {"ENV", &Changer::env},
    {"EXPOSE", &Changer::expose},
    {"HEALTHCHECK", &Changer::healthcheck},
    {"LABEL", &Changer::label},
    {"ONBUILD", &Changer::on_build},
    {"STOPSIGNAL", &Changer::stop_signal},
    {"USER", &Changer::user},
    {"VOLUME", &Changer::volume},
    {"WORKDIR", &Changer::working_dir},
};

}  // namespace

void apply_changes(RunConfig& config, const std::vector<std::string>& changes) {
  if (changes.empty()) return;
  Changer changer(config);
  bool any = false;
  for (const auto& change : changes) {
    for (const auto& line : base::split(change, '\n')) {
      const auto text = base::trim(line);
      if (text.empty() || text.starts_with('#')) continue;
      changer.apply(std::string(text));
      any = true;
    }
  }
  if (!any) base::fail(base::Kind::usage, "file with no instructions");
}

}  // namespace image
