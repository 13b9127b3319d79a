// SPDX-License-Identifier: Apache-2.0
// berth volume rm
#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "container/events.hpp"
#include "container/remove.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

constexpr int kMissing = 1, kInUse = 2;  // podman's exit codes

struct Flags {
  bool force = false, all = false;
  std::optional<int> time;
};

void remove_volume(Session& session, const std::string& name) {
  session.engine().volumes.remove(name);
  container::record_event(session.store(), container::volume_event(name, "destroy"));
}

void remove_docker(Session& session, const Flags& flags, const std::string& name) {
  // Docker: forcing what is not there is no failure, and prints the name.
  if (!flags.force || session.engine().volumes.find(name)) remove_volume(session, name);
  render::print_line(name);
}

/// Podman's --force takes the containers with it.
void remove_podman(Session& session, const Flags& flags, const std::string& name) {
  auto& engine = session.engine();
  if (!engine.volumes.find(name)) {
    if (flags.force) return;
    throw ClientError(fmt::format("no volume with name \"{}\" found: no such volume", name),
                      kMissing);
  }
  const auto users = engine.volumes.users(name);
  if (!users.empty() && !flags.force) {
    throw ClientError(fmt::format("volume {} is being used by the following container(s): {}: "
                                  "volume is being used",
                                  name,
                                  base::join(users, ", ")),
                      kInUse);
  }
  for (const auto& id : users) {
    container::RemoveOptions options;
    options.force = true;
    options.stop = container::StopOptions{.timeout = flags.time, .signal = ""};
    container::remove(engine, id, options);
  }
  // An anonymous one may have gone with its container.
  if (engine.volumes.find(name)) remove_volume(session, name);
  render::print_line(name);
}

Words targets(Session& session, const Flags& flags, const Words& words) {
  if (session.is_podman() && flags.all == !words.empty())
    client_fail("choose either one or more volumes or all");
  Words names = words;
  if (flags.all)
    for (const auto& volume : session.engine().volumes.list()) names.push_back(volume.name);
  return names;
}

}  // namespace

void register_volume_rm(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"volume rm", "volume remove"},
      .usage = "[OPTIONS] VOLUME [VOLUME...]",
      .summary = "Remove one or more volumes",
      .arity = {verbs.is_podman() ? 0 : 1, -1},
      .completes = Completes::volumes,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            table.add_flag("-f,--force", flags->force, "Force the removal of one or more volumes");
            if (!podman) return;
            table.add_flag("-a,--all", flags->all, "Remove all volumes");
            table
                .add_option_function<int>(
                    "-t,--time",
                    [flags](int seconds) { flags->time = seconds; },
                    "Seconds to wait for running containers to stop before killing the container")
                .type_name("int");
          },
      .act =
          [flags](Session& session, const Words& words) {
            return for_each(session, targets(session, *flags, words), [&](const std::string& name) {
              if (session.is_podman())
                remove_podman(session, *flags, name);
              else
                remove_docker(session, *flags, name);
            });
          },
  });
}

}  // namespace cli
