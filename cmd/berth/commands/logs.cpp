// SPDX-License-Identifier: Apache-2.0
// berth logs
#include "container/logs.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "commands/logs_podman.hpp"
#include "container/read_log.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  container::LogRequest request;
  std::string since, until;
  std::string tail = "all";
};

std::optional<base::Moment> moment(const char* name, const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (const auto found = base::parse_moment(text, base::now())) return found;
  throw ClientError(
      fmt::format("invalid value for \"{}\": failed to parse value as time or duration: \"{}\"",
                  name,
                  text),
      0,
      ClientError::Form::bare);
}

int logs(Session& session, Flags& flags, const std::string& name) {
  auto& request = flags.request;
  request.since = moment("since", flags.since);
  request.until = moment("until", flags.until);
  // Docker takes whatever is no number (and a negative one) for "all".
  request.tail = base::parse_number<std::size_t>(flags.tail);
  container::read_log(
      session.engine(), name, request, [](container::LogStream stream, std::string_view text) {
        base::write_full(stream == container::LogStream::err ? STDERR_FILENO : STDOUT_FILENO, text);
      });
  return 0;
}

}  // namespace

void register_logs(Verbs& verbs) {
  if (verbs.is_podman()) return add_podman_logs(verbs);
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"logs", "container logs"},
      .usage = "[OPTIONS] CONTAINER",
      .summary = "Fetch the logs of a container",
      .arity = {1, 1},
      .completes = Completes::containers,
      .needs_user_namespace = false,
      .declare =
          [flags](FlagTable& table) {
            auto& r = flags->request;
            table.add_flag("--details", r.details, "Show extra details provided to logs");
            table.add_flag("-f,--follow", r.follow, "Follow log output");
            table.add_option(
                "--since",
                flags->since,
                "Show logs since timestamp (e.g. \"2013-01-02T13:23:37Z\") or relative "
                "(e.g. \"42m\")");
            table.add_option(
                "-n,--tail", flags->tail, "Number of lines to show from the end of the logs");
            table.add_flag("-t,--timestamps", r.timestamps, "Show timestamps");
            table.add_option("--until",
                             flags->until,
                             "Show logs before a timestamp (e.g. \"2013-01-02T13:23:37Z\") or "
                             "relative (e.g. \"42m\")");
          },
      .act = [flags](Session& session,
                     const Words& words) { return logs(session, *flags, words[0]); },
  });
}

}  // namespace cli
