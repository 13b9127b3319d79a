// SPDX-License-Identifier: Apache-2.0
// berth healthcheck run
#include "base/error.hpp"
#include "commands/list.hpp"
#include "container/health.hpp"
#include "session.hpp"

namespace cli {

void register_healthcheck_run(Verbs& verbs) {
  struct Flags {
    bool by_monitor = false, ignore_result = false;
  };

  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"healthcheck run"},
      .usage = "[options] CONTAINER",
      .summary = "Run the health check of a container",
      .arity = {1, 1},
      .completes = Completes::running_containers,
      .reads_config = false,
      .declare =
          [flags](FlagTable& table) {
            table.add_flag("--by-monitor", flags->by_monitor, "Print nothing (used by monitors)");
            table.add_flag("--ignore-result",
                           flags->ignore_result,
                           "Exit with code 0 regardless of the healthcheck result");
          },
      .act =
          [flags](Session& session, const Words& words) {
            using container::CheckOutcome;
            const auto outcome = container::check_health(session.engine(), words[0]);
            if (outcome == CheckOutcome::healthy) return 0;
            const char* word = outcome == CheckOutcome::starting  ? "starting"
                               : outcome == CheckOutcome::stopped ? "stopped"
                                                                  : "unhealthy";
            if (session.is_podman() && !flags->by_monitor) fmt::print("{}\n", word);
            return flags->ignore_result ? 0 : 1;
          },
  });
}

}  // namespace cli
