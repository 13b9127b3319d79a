// SPDX-License-Identifier: Apache-2.0
#include "commands/list.hpp"

namespace cli {

void register_all(Verbs& verbs) {
  register_attach(verbs);
  register_commit(verbs);
  register_complete(verbs);
  register_completion(verbs);
  register_container_cleanup(verbs);
  register_container_inspect(verbs);
  register_container_prune(verbs);
  register_cp(verbs);
  register_create(verbs);
  register_diff(verbs);
  register_events(verbs);
  register_exec(verbs);
  register_exists(verbs);
  register_export(verbs);
  register_generate_man(verbs);
  register_healthcheck_run(verbs);
  register_help(verbs);
  register_history(verbs);
  register_image_exists(verbs);
  register_image_inspect(verbs);
  register_image_mount(verbs);
  register_image_prune(verbs);
  register_image_tree(verbs);
  register_image_unmount(verbs);
  register_images(verbs);
  register_import(verbs);
  register_info(verbs);
  register_inspect(verbs);
  register_kill(verbs);
  register_load(verbs);
  register_logs(verbs);
  register_mount(verbs);
  register_pause(verbs);
  register_port(verbs);
  register_ps(verbs);
  register_pull(verbs);
  register_rename(verbs);
  register_restart(verbs);
  register_rm(verbs);
  register_rmi(verbs);
  register_run(verbs);
  register_save(verbs);
  register_secret_create(verbs);
  register_secret_inspect(verbs);
  register_secret_ls(verbs);
  register_secret_rm(verbs);
  register_start(verbs);
  register_stats(verbs);
  register_stop(verbs);
  register_system_check(verbs);
  register_system_df(verbs);
  register_system_prune(verbs);
  register_system_reset(verbs);
  register_tag(verbs);
  register_top(verbs);
  register_unmount(verbs);
  register_unpause(verbs);
  register_unshare(verbs);
  register_update(verbs);
  register_version(verbs);
  register_volume_archive(verbs);
  register_volume_create(verbs);
  register_volume_inspect(verbs);
  register_volume_ls(verbs);
  register_volume_prune(verbs);
  register_volume_rm(verbs);
  register_wait(verbs);
}

}  // namespace cli
