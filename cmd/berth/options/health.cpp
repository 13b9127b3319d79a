// SPDX-License-Identifier: Apache-2.0
// --health-cmd --health-interval --health-startup-cmd --health-max-log-size ...
#include "container/health.hpp"

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/time.hpp"
#include "errors.hpp"
#include "flags.hpp"
#include "options/groups.hpp"
#include "options/parse.hpp"

namespace cli {

namespace {

using container::CreateOptions;
using image::Healthcheck;
using Words = std::vector<std::string>;

Healthcheck& check_of(CreateOptions& o) {
  return o.health ? *o.health : o.health.emplace();
}

Healthcheck& startup_of(CreateOptions& o) {
  auto& startup = o.health_extras.startup;
  return startup ? *startup : startup.emplace();
}

using Which = Healthcheck& (*)(CreateOptions&);

/// "test -e /x" for a shell, or a JSON array of words.
Words parse_test(const std::string& text) {
  const auto json = base::Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_array()) return {"CMD-SHELL", text};
  Words test;
  for (const auto& word : json)
    test.push_back(word.is_string() ? word.get<std::string>() : word.dump());
  if (!test.empty() && test[0] != "CMD" && test[0] != "CMD-SHELL" && test[0] != "NONE")
    test.insert(test.begin(), "CMD");
  return test;
}

/// "none" switches an image's check off.
void set_command(CreateOptions& o, const std::string& text) {
  if (text == "none")
    o.no_healthcheck = true;
  else
    check_of(o).test = parse_test(text);
}

std::int64_t parse_span(const std::string& name, const std::string& text) {
  if (text == "disable" && name.ends_with("interval")) return container::kNoInterval;
  const auto span = base::parse_duration(text);
  if (!span) base::fail(base::Kind::usage, "time: invalid duration \"{}\"", text);
  if (span->count() < 0) client_fail("{} cannot be negative", name);
  return span->count();
}

int parse_count(const std::string& name, const std::string& text) {
  const auto count = parse_integer(text);
  if (count < 0) client_fail("{} cannot be negative", name);
  if (count > INT_MAX) client_fail("{} is too large", name);
  return static_cast<int>(count);
}

std::string parse_destination(const std::string& text) {
  if (text == "local" || text == "events_logger") return text;
  const auto st = base::find_stat(text);
  if (!st)
    client_fail("HealthCheck Log '{0}' destination error: stat {0}: no such file or directory",
                text);
  if (!S_ISDIR(st->st_mode))
    client_fail("HealthCheck Log '{}' destination must be directory", text);
  return base::real_path(text);
}

/// The flags, each with its parser; `set` does what the parsed value says.
class Declaring {
 public:
  Declaring(FlagTable& table, std::function<void(const OptionChange&)> take)
      : table_(table), take_(std::move(take)) {}

  void text(const char* name,
            const char* type,
            const char* description,
            std::function<OptionChange(const std::string&)> parse) {
    add_value(table_, name, type, description, [take = take_, parse](const std::string& text) {
      take(parse(text));
    });
  }

  void span(const char* name,
            const char* text_of_help,
            Which which,
            std::int64_t Healthcheck::*to) {
    text(name, "duration", text_of_help, [name, which, to](const std::string& text) {
      const auto value = parse_span(name, text);
      return [which, to, value](CreateOptions& o) { which(o).*to = value; };
    });
  }

  void retries(const char* name, const char* text_of_help, Which which) {
    text(name, "int", text_of_help, [name, which](const std::string& text) {
      const int value = parse_count(name, text);
      return [which, value](CreateOptions& o) { which(o).retries = value; };
    });
  }

  template <typename Set>
  void count(const char* name, const char* text_of_help, Set set) {
    text(name, "uint", text_of_help, [name, set](const std::string& text) {
      const int value = parse_count(name, text);
      return [set, value](CreateOptions& o) { set(o.health_extras, value); };
    });
  }

 private:
  FlagTable& table_;
  std::function<void(const OptionChange&)> take_;
};

void add_check_flags(Declaring& declare) {
  declare.text("--health-cmd", "string", "Command to run to check health", [](const auto& text) {
    return [text](CreateOptions& o) { set_command(o, text); };
  });
  declare.span("--health-interval",
               "Time between running the check (ms|s|m|h) (default 0s)",
               check_of,
               &Healthcheck::interval);
  declare.span("--health-timeout",
               "Maximum time to allow one check to run (ms|s|m|h) (default 0s)",
               check_of,
               &Healthcheck::timeout);
  declare.span("--health-start-period",
               "Start period for the container to initialize before starting health-retries "
               "countdown (ms|s|m|h) (default 0s)",
               check_of,
               &Healthcheck::start_period);
  declare.span("--health-start-interval",
               "Time between running the check during the start period (ms|s|m|h) (default 0s)",
               check_of,
               &Healthcheck::start_interval);
  declare.retries("--health-retries", "Consecutive failures needed to report unhealthy", check_of);
}

void add_startup_flags(Declaring& declare) {
  declare.text("--health-startup-cmd",
               "string",
               "Command that checks health until the container has started",
               [](const auto& text) {
                 const auto test = parse_test(text);
                 return [test](CreateOptions& o) { startup_of(o).test = test; };
               });
  declare.span("--health-startup-interval",
               "Time between startup checks (default 30s)",
               startup_of,
               &Healthcheck::interval);
  declare.span("--health-startup-timeout",
               "Maximum time to allow one startup check to run (default 30s)",
               startup_of,
               &Healthcheck::timeout);
  declare.retries("--health-startup-retries",
                  "Failed startup checks after which the container is restarted (0: never)",
                  startup_of);
  declare.text("--health-startup-success",
               "uint",
               "Startup checks in a row that must succeed before the others begin",
               [](const auto& text) {
                 const int value = parse_count("--health-startup-success", text);
                 return [value](CreateOptions& o) {
                   startup_of(o);
                   o.health_extras.successes = value;
                 };
               });
}

void add_log_flags(Declaring& declare) {
  declare.text(
      "--health-on-failure",
      "string",
      "Action to take once the container turns unhealthy (none, kill, restart, stop)",
      [](const auto& text) { return [text](CreateOptions& o) { o.health_on_failure = text; }; });
  declare.text("--health-log-destination",
               "string",
               "Where the log of the checks goes: local, events_logger or a directory",
               [](const auto& text) {
                 const auto place = parse_destination(text);
                 return [place](CreateOptions& o) { o.health_extras.destination = place; };
               });
  declare.count("--health-max-log-count",
                "Checks that the log keeps (0: no limit)",
                [](auto& extras, int count) { extras.max_count = count; });
  declare.count("--health-max-log-size",
                "Bytes of a check's output that the log keeps (0: no limit)",
                [](auto& extras, int size) { extras.max_size = size; });
}

}  // namespace

void add_health_flags(FlagTable& table, std::function<void(const OptionChange&)> take) {
  table.add_flag_function(
      "--no-healthcheck",
      [take](std::int64_t given) {
        take([off = given > 0](CreateOptions& o) {
          o.no_healthcheck = off;
          if (!off) return;
          o.health_extras.startup.reset();
          if (o.health) o.health->test.clear();
        });
      },
      "Disable any container-specified HEALTHCHECK");
  Declaring declare(table, std::move(take));
  add_check_flags(declare);
  add_startup_flags(declare);
  add_log_flags(declare);
}

}  // namespace cli
