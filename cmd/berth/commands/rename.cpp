// SPDX-License-Identifier: Apache-2.0
// berth rename
#include "container/rename.hpp"

#include "base/error.hpp"
#include "commands/list.hpp"
#include "session.hpp"

namespace cli {

void register_rename(Verbs& verbs) {
  verbs.add({
      .names = {"rename", "container rename"},
      .usage = "CONTAINER NEW_NAME",
      .summary = "Rename a container",
      .arity = {2, 2},
      .completes = Completes::containers,
      .act =
          [](Session& session, const Words& words) {
            try {
              if (words[1].empty()) {
                throw ClientError("failed to rename container: new name cannot be blank",
                                  0,
                                  ClientError::Form::bare);
              }
              container::rename(session.engine(), words[0], words[1]);
            } catch (const base::Error& e) {
              if (session.is_podman()) throw;
              // Docker's client puts its own words before the engine's.
              throw ClientError("failed to rename container: " + session.speech().tell(e).text,
                                0,
                                ClientError::Form::bare);
            }
            return 0;
          },
  });
}

}  // namespace cli
