// SPDX-License-Identifier: Apache-2.0
// berth events
#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "container/event_log.hpp"
#include "options/filters.hpp"
#include "render/go_format.hpp"
#include "render/go_template.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

using base::Json;
using container::Event;

struct Flags {
  std::string since, until, format;
  container::Filters filters;
  bool stream = true, no_trunc = true;
};

std::int64_t nanoseconds(const Event& event) {
  return event.time.time_since_epoch().count();
}

std::string attribute(const Event& event, const std::string& key) {
  const auto found = event.attributes.find(key);
  return found == event.attributes.end() ? "" : found->second;
}

/// "(k=v, name=x)"; attributes are sorted.
std::string attributes_text(const std::map<std::string, std::string>& attributes) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : attributes) pairs.push_back(key + "=" + value);
  return pairs.empty() ? "" : " (" + base::join(pairs, ", ") + ")";
}

/// Local time with nine digits, as both print it.
std::string time_text(const Event& event) {
  const std::time_t seconds = static_cast<std::time_t>(nanoseconds(event) / 1'000'000'000);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  char date[64], zone[16];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &local);
  std::strftime(zone, sizeof zone, "%z", &local);
  const std::string offset = zone;
  return fmt::format("{}.{:09}{}",
                     date,
                     nanoseconds(event) % 1'000'000'000,
                     offset == "+0000" ? "Z" : offset.substr(0, 3) + ":" + offset.substr(3));
}

/// As the API has it; `for_template` with the names that Go's struct has.
Json docker_json(const Event& event, bool for_template) {
  const Json actor = {{"ID", event.id}, {"Attributes", event.attributes}};
  if (for_template) {
    return {{"Type", event.type},
            {"Action", event.action},
            {"Actor", actor},
            {"Scope", "local"},
            {"Time", nanoseconds(event) / 1'000'000'000},
            {"TimeNano", nanoseconds(event)}};
  }
  return {{"Type", event.type},
          {"Action", event.action},
          {"Actor", actor},
          {"scope", "local"},
          {"time", nanoseconds(event) / 1'000'000'000},
          {"timeNano", nanoseconds(event)}};
}

/// The event as podman would have told it: other words for some actions, and two for one of ours.
std::vector<Event> podman_events(const Event& event) {
  const auto renamed = [&](const char* action) {
    Event copy = event;
    copy.action = action;
    return copy;
  };
  if (event.action.starts_with("exec_start")) return {renamed("exec")};
  if (event.action.starts_with("health_status")) return {renamed("health_status")};
  if (event.action.starts_with("exec_create")) return {};
  if (event.action == "exec_die") return {renamed("exec_died")};
  if (event.type == "container" && event.action == "start") return {renamed("init"), event};
  if (event.action == "die") return {renamed("died"), renamed("cleanup")};
  if (event.action == "destroy" || (event.type == "image" && event.action == "delete"))
    return {renamed("remove")};
  return {event};
}

Json podman_json(const Event& event, bool for_template) {
  auto attributes = event.attributes;
  for (const char* own :
       {"image", "name", "exitCode", "execDuration", "signal", "execID", "command"})
    attributes.erase(own);
  const std::string code = attribute(event, "exitCode");
  const std::string name = attribute(event, "name");
  Json json = {{"ID", event.id},
               {"Image", attribute(event, "image")},
               {"Name", name.empty() && event.type != "container" ? event.id : name},
               {"Status", event.action},
               {"Type", event.type},
               {"Attributes", attributes}};
  if (!code.empty() && event.action == "died")
    json["ContainerExitCode"] = base::parse_number<int>(code).value_or(0);
  else if (for_template)
    json["ContainerExitCode"] = nullptr;
  if (event.action == "health_status") json["HealthStatus"] = attribute(event, "healthStatus");
  if (for_template) {
    if (!json.contains("HealthStatus")) json["HealthStatus"] = "";
    for (const char* key : {"Network", "PodID", "Error"}) json[key] = "";
    json["Details"] = Json::object();
    json["OOMKilled"] = nullptr;
    json["Time"] = time_text(event);
    return json;
  }
  json["time"] = nanoseconds(event) / 1'000'000'000;
  json["timeNano"] = nanoseconds(event);
  return json;
}

std::string podman_line(const Event& event) {
  auto shown = event.attributes;
  for (const char* hidden : {"exitCode", "execDuration", "signal", "execID", "command"})
    shown.erase(hidden);
  return fmt::format("{} {} {} {}{}",
                     time_text(event),
                     event.type,
                     event.action,
                     event.id,
                     attributes_text(shown));
}

/// Prints one event after another, each flushed: who reads them waits for it.
class Printer {
 public:
  Printer(const Session& session, const std::string& format) : podman_(session.is_podman()) {
    json_ = format == "json" || format == "{{json .}}";
    if (json_ || format.empty()) return;
    try {
      template_ = render::Template::parse(podman_ ? "events" : "", format);
    } catch (const base::Error& e) {
      throw ClientError(podman_ ? e.message() : "Error parsing format: " + e.message(),
                        podman_ ? 0 : 64,
                        ClientError::Form::usual);
    }
  }

  void print(const Event& event) {
    if (!podman_) return print_line(event, docker_line(event));
    for (const auto& told : podman_events(event)) print_line(told, podman_line(told));
  }

 private:
  static std::string docker_line(const Event& event) {
    return fmt::format("{} {} {} {}{}",
                       time_text(event),
                       event.type,
                       event.action,
                       event.id,
                       attributes_text(event.attributes));
  }

  void print_line(const Event& event, const std::string& line) {
    if (json_)
      render::print_line(
          render::go_json(podman_ ? podman_json(event, false) : docker_json(event, false)));
    else if (template_)
      print_by_template(event);
    else
      render::print_line(line);
    std::fflush(stdout);
  }

  void print_by_template(const Event& event) {
    std::string text;
    const Json json = podman_ ? podman_json(event, true) : docker_json(event, true);
    try {
      template_->execute({.value = json,
                          .missing = render::Missing::field,
                          .type = podman_ ? "system.Event" : "*events.Message"},
                         text);
    } catch (const base::Error& e) {
      throw ClientError(podman_ ? e.message() : "Error parsing format: " + e.message(),
                        podman_ ? 0 : 64);
    }
    render::print_line(text);
  }

  bool podman_, json_ = false;
  std::optional<render::Template> template_;
};

std::optional<base::Moment> moment(const Session& session,
                                   const char* name,
                                   const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (const auto found = base::parse_moment(text, base::now())) return found;
  if (session.is_podman()) {
    client_fail(
        "failed to parse event filters: unable to convert {} time of {}: unable to interpret "
        "time value",
        name,
        text);
  }
  throw ClientError(fmt::format("failed to parse value as time or duration: \"{}\"", text),
                    1,
                    ClientError::Form::bare);
}

/// Podman's words for what our log calls otherwise, and its refusal of unknown keys.
void adapt_podman_filters(container::Filters& filters) {
  for (auto& [key, values] : filters) {
    static const std::set<std::string> kKnown = {
        "container", "event", "image", "label", "network", "pod", "type", "volume", "status"};
    if (!kKnown.contains(key))
      client_fail("failed to parse event filters: {} is an invalid filter", key);
    if (key != "event") continue;
    for (auto& value : values) {
      if (value == "died" || value == "cleanup") value = "die";
      if (value == "init") value = "start";
      if (value == "remove") values.emplace_back("destroy");
    }
  }
}

int events(Session& session, Flags& flags) {
  container::EventRequest request;
  request.since = moment(session, "since", flags.since);
  request.until = moment(session, "until", flags.until);
  if (session.is_podman()) adapt_podman_filters(flags.filters);
  request.filters = flags.filters;
  request.follow = flags.stream && (!request.until || *request.until > base::now());
  Printer printer(session, flags.format);
  container::read_events(
      session.engine(), request, [&](const Event& event) { printer.print(event); });
  return 0;
}

}  // namespace

void register_events(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"events", "system events"},
      .usage = "[OPTIONS]",
      .summary = "Get real time events from the server",
      .arity = {0, 0},
      .needs_user_namespace = false,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            add_filters(table, flags->filters);
            table.add_option("--format", flags->format, "Format the output: json or a Go template");
            table.add_option("--since", flags->since, "Show all events created since timestamp");
            table.add_option("--until", flags->until, "Stream events until this timestamp");
            if (!podman) return;
            table.add_flag("--stream", flags->stream, "Stream events and do not exit")
                .default_val(true);
            table.add_flag("--no-trunc", flags->no_trunc, "Do not truncate the output")
                .default_val(true);
          },
      .act = [flags](Session& session, const Words&) { return events(session, *flags); },
  });
}

}  // namespace cli
