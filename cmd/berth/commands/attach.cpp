// SPDX-License-Identifier: Apache-2.0
// berth attach
#include "commands/list.hpp"
#include "container/attached.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  bool no_stdin = false, sig_proxy = true;
  std::string detach_keys;
};

}  // namespace

void register_attach(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"attach", "container attach"},
      .usage = "[OPTIONS] CONTAINER",
      .summary = "Attach local standard input, output, and error streams to a running container",
      .arity = {1, 1},
      .completes = Completes::running_containers,
      .declare =
          [flags](FlagTable& table) {
            table.add_option("--detach-keys",
                             flags->detach_keys,
                             "Override the key sequence for detaching a container");
            table.add_flag("--no-stdin", flags->no_stdin, "Do not attach STDIN");
            table
                .add_flag(
                    "--sig-proxy", flags->sig_proxy, "Proxy all received signals to the process")
                .default_val(true);
          },
      .act =
          [flags](Session& session, const Words& words) {
            container::AttachOptions attach;
            attach.streams.in = !flags->no_stdin;
            attach.forward_signals = flags->sig_proxy;
            if (!flags->detach_keys.empty()) attach.detach_keys = flags->detach_keys;
            const int code = container::attach(session.engine(), words[0], attach);
            if (!session.is_podman()) return code;
            // Podman ends the line and keeps the exit code to itself.
            fmt::print("\n");
            return 0;
          },
  });
}

}  // namespace cli
