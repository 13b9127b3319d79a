// SPDX-License-Identifier: Apache-2.0
// podman logs: several containers at once, told apart by name, id or colour
#include "commands/logs_podman.hpp"

#include <array>
#include <exception>
#include <mutex>
#include <thread>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "commands/podman_moment.hpp"
#include "container/read_log.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  container::LogRequest request;
  std::string since, until;
  int tail = -1;
  bool color = false, names = false, latest = false;
};

struct Reading {
  container::LogSource source;
  container::LogRequest request;
};

constexpr std::array kColors =
    {"\033[37m", "\033[31m", "\033[33m", "\033[34m", "\033[35m", "\033[36m", "\033[32m"};

void refuse_unreadable(Session& session, const container::Record& record, bool follow) {
  const auto driver = session.engine().containers.details(record.id).options.log.driver;
  if (driver == "none")
    client_fail(
        "this container is using the 'none' log driver, cannot read logs: this container is not "
        "logging output");
  if (driver == "passthrough")
    client_fail("this container is using the 'passthrough' log driver, cannot read logs");
  if (follow && driver == "journald" && session.options().events_backend == "file")
    client_fail(
        "using --follow with the journald --log-driver but without the journald --events-backend "
        "(file) is not supported");
}

std::vector<Reading> readings(Session& session, const Flags& flags, const Words& names) {
  auto& engine = session.engine();
  std::vector<Reading> all;
  for (const auto& name : names) {
    const auto record = engine.containers.get(name);
    refuse_unreadable(session, record, flags.request.follow);
    auto request = flags.request;
    request.details = false;  // there are none
    if (names.size() > 1)
      request.prefix = (flags.names ? record.name : record.id.substr(0, 12)) + " ";
    if (flags.color) request.color = kColors[all.size() % kColors.size()];
    all.push_back({container::log_source(engine, record), std::move(request)});
  }
  return all;
}

void write(container::LogStream stream, std::string_view text) {
  base::write_full(stream == container::LogStream::err ? STDERR_FILENO : STDOUT_FILENO, text);
}

/// Each is followed by a thread of its own; the first failure counts.
void follow_all(const std::vector<Reading>& readings) {
  std::mutex output;
  std::exception_ptr failure;
  std::vector<std::jthread> threads;
  for (const auto& reading : readings) {
    threads.emplace_back([&] {
      try {
        container::read_logs(reading.source,
                             reading.request,
                             [&](container::LogStream stream, std::string_view text) {
                               const std::scoped_lock lock(output);
                               write(stream, text);
                             });
      } catch (...) {
        const std::scoped_lock lock(output);
        if (!failure) failure = std::current_exception();
      }
    });
  }
  threads.clear();
  if (failure) std::rethrow_exception(failure);
}

int logs(Session& session, Flags& flags, Words names) {
  if (flags.latest && !names.empty())
    client_fail("--latest and containers cannot be used together");
  if (flags.latest) {
    const auto all = session.engine().containers.list();
    if (all.empty()) client_fail("no containers to act on: no such container");
    names = {all.front().id};
  }
  if (names.empty()) client_fail("specify at least one container name or ID to log");
  auto& request = flags.request;
  request.since = podman_moment(flags.since, Counted::back);
  if (!flags.since.empty() && !request.since)
    client_fail("parsing --since \"{}\": unable to interpret time value", flags.since);
  request.until = podman_moment(flags.until, Counted::forward);
  if (!flags.until.empty() && !request.until)
    client_fail("parsing --until \"{}\": unable to interpret time value", flags.until);
  if (flags.tail >= 0) request.tail = static_cast<std::size_t>(flags.tail);
  const auto all = readings(session, flags, names);
  if (request.follow && all.size() > 1) {
    follow_all(all);
    return 0;
  }
  for (const auto& reading : all) container::read_logs(reading.source, reading.request, write);
  return 0;
}

}  // namespace

void add_podman_logs(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"logs", "container logs"},
      .usage = "[options] CONTAINER [CONTAINER...]",
      .summary = "Fetch the logs of one or more containers",
      .completes = Completes::containers,
      .needs_user_namespace = false,
      .declare =
          [flags](FlagTable& table) {
            auto& r = flags->request;
            table.add_flag("--color", flags->color, "Output the containers with different colors");
            table.add_flag("--details", r.details, "Show extra details provided to the logs")
                .group("");
            table.add_flag("-f,--follow", r.follow, "Follow log output");
            table.add_flag("-l,--latest", flags->latest, "Act on the latest container");
            table.add_flag("-n,--names", flags->names, "Output the container name in the log");
            table.add_option("--since", flags->since, "Show logs since TIMESTAMP");
            table.add_option("--tail",
                             flags->tail,
                             "Output the specified number of LINES at the end of the logs (default "
                             "all)");
            table.add_flag("-t,--timestamps", r.timestamps, "Output the timestamps in the log");
            table.add_option("--until", flags->until, "Show logs until TIMESTAMP");
          },
      .act = [flags](Session& session, const Words& words) { return logs(session, *flags, words); },
  });
}

}  // namespace cli
