// SPDX-License-Identifier: Apache-2.0
// berth events
#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/events_podman.hpp"
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

/// Prints one event after another, each flushed: who reads them waits for it.
class Printer {
 public:
  Printer(const Session& session, const std::string& format, bool truncates)
      : podman_(session.is_podman()), truncates_(truncates) {
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
    print_line(event, podman_event_line(event, truncates_));
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
          render::go_json(podman_ ? podman_event_json(event) : docker_json(event, false)));
    else if (template_)
      print_by_template(event);
    else
      render::print_line(line);
    std::fflush(stdout);
  }

  void print_by_template(const Event& event) {
    std::string text;
    const Json json = podman_ ? podman_event_fields(event) : docker_json(event, true);
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

  bool podman_, truncates_, json_ = false;
  std::optional<render::Template> template_;
};

std::optional<base::Moment> moment(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (const auto found = base::parse_moment(text, base::now())) return found;
  throw ClientError(fmt::format("failed to parse value as time or duration: \"{}\"", text),
                    1,
                    ClientError::Form::bare);
}

int events(Session& session, Flags& flags) {
  container::EventRequest request;
  request.filters = flags.filters;
  if (session.is_podman()) {
    check_podman_event_backend();
    request.since = podman_event_moment("since", flags.since);
    request.until = podman_event_moment("until", flags.until);
    use_podman_event_words(request);
  } else {
    request.since = moment(flags.since);
    request.until = moment(flags.until);
  }
  request.follow = flags.stream && (!request.until || *request.until > base::now());
  Printer printer(session, flags.format, !flags.no_trunc);
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
            if (podman)
              add_podman_filters(table, flags->filters);
            else
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
