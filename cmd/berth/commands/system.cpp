// SPDX-License-Identifier: Apache-2.0
// berth system check, berth system reset
#include "base/log.hpp"
#include "commands/list.hpp"
#include "confirm.hpp"
#include "container/check.hpp"
#include "container/reset.hpp"
#include "session.hpp"

namespace cli {

namespace {

int check(Session& session) {
  const auto findings = container::check_store(session.engine());
  for (const auto& line : findings.swept) fmt::print("removed: {}\n", base::printable(line));
  for (const auto& line : findings.damaged) fmt::print("damaged: {}\n", base::printable(line));
  if (findings.damaged.empty()) fmt::print("The store is consistent.\n");
  return findings.damaged.empty() ? 0 : 1;
}

constexpr const char* kResetWarning =
    "This will remove:\n"
    "        - all containers\n"
    "        - all images\n"
    "        - all networks\n"
    "        - all build cache\n"
    "        - all volumes";

}  // namespace

void register_system_reset(Verbs& verbs) {
  const auto force = std::make_shared<bool>();
  verbs.add({
      .names = {"system reset"},
      .usage = "[OPTIONS]",
      .summary = "Remove all containers, images, volumes and networks of the store",
      .arity = {0, 0},
      .declare =
          [force](FlagTable& table) {
            table.add_flag("-f,--force", *force, "Do not prompt for confirmation");
          },
      .act =
          [force](Session& session, const Words&) {
            if (!*force && !confirm(kResetWarning)) return 0;
            container::reset(session.engine());
            return 0;
          },
  });
}

void register_system_check(Verbs& verbs) {
  verbs.add({
      .names = {"system check"},
      .usage = "",
      .summary = "Verify the whole store and remove what killed commands left behind",
      .arity = {0, 0},
      .act = [](Session& session, const Words&) { return check(session); },
  });
}

}  // namespace cli
