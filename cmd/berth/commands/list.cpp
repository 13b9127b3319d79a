// SPDX-License-Identifier: Apache-2.0
#include "commands/list.hpp"

namespace cli {

void register_all(Verbs& verbs) {
  register_attach(verbs);
  register_container_cleanup(verbs);
  register_container_prune(verbs);
  register_create(verbs);
  register_exec(verbs);
  register_help(verbs);
  register_kill(verbs);
  register_logs(verbs);
  register_restart(verbs);
  register_rm(verbs);
  register_run(verbs);
  register_start(verbs);
  register_stop(verbs);
  register_system_check(verbs);
  register_version(verbs);
  register_volume_prune(verbs);
  register_wait(verbs);
}

}  // namespace cli
