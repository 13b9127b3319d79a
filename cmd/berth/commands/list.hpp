// SPDX-License-Identifier: Apache-2.0
// One function per file or verb of commands/, in alphabetical order.
#pragma once

#include <span>
#include <string_view>

#include "cli.hpp"

namespace cli {

/// A function that registers verbs, and all their names in either dialect, parted by '|'. Without
/// names: it looks at the other verbs, and is called with all of them only.
struct Registration {
  std::string_view names;
  void (*add)(Verbs&);
};

std::span<const Registration> registrations();

void register_attach(Verbs& verbs);
void register_clone(Verbs& verbs);
void register_commit(Verbs& verbs);
void register_complete(Verbs& verbs);
void register_completion(Verbs& verbs);
void register_container_cleanup(Verbs& verbs);
void register_container_inspect(Verbs& verbs);
void register_container_prune(Verbs& verbs);
void register_cp(Verbs& verbs);
void register_create(Verbs& verbs);
void register_diff(Verbs& verbs);
void register_events(Verbs& verbs);
void register_exec(Verbs& verbs);
void register_exists(Verbs& verbs);
void register_export(Verbs& verbs);
void register_generate_man(Verbs& verbs);
void register_healthcheck_run(Verbs& verbs);
void register_help(Verbs& verbs);
void register_history(Verbs& verbs);
void register_image_exists(Verbs& verbs);
void register_image_inspect(Verbs& verbs);
void register_image_mount(Verbs& verbs);
void register_image_prune(Verbs& verbs);
void register_image_tree(Verbs& verbs);
void register_image_unmount(Verbs& verbs);
void register_images(Verbs& verbs);
void register_import(Verbs& verbs);
void register_info(Verbs& verbs);
void register_init(Verbs& verbs);
void register_inspect(Verbs& verbs);
void register_kill(Verbs& verbs);
void register_load(Verbs& verbs);
void register_login(Verbs& verbs);
void register_logout(Verbs& verbs);
void register_logs(Verbs& verbs);
void register_mount(Verbs& verbs);
void register_pause(Verbs& verbs);
void register_port(Verbs& verbs);
void register_ps(Verbs& verbs);
void register_pull(Verbs& verbs);
void register_push(Verbs& verbs);
void register_rename(Verbs& verbs);
void register_restart(Verbs& verbs);
void register_rm(Verbs& verbs);
void register_rmi(Verbs& verbs);
void register_run(Verbs& verbs);
void register_save(Verbs& verbs);
void register_secret_create(Verbs& verbs);
void register_secret_inspect(Verbs& verbs);
void register_secret_ls(Verbs& verbs);
void register_secret_rm(Verbs& verbs);
void register_start(Verbs& verbs);
void register_stats(Verbs& verbs);
void register_stop(Verbs& verbs);
void register_system_check(Verbs& verbs);
void register_system_df(Verbs& verbs);
void register_system_prune(Verbs& verbs);
void register_system_reset(Verbs& verbs);
void register_tag(Verbs& verbs);
void register_top(Verbs& verbs);
void register_unmount(Verbs& verbs);
void register_unpause(Verbs& verbs);
void register_unshare(Verbs& verbs);
void register_update(Verbs& verbs);
void register_version(Verbs& verbs);
void register_volume_archive(Verbs& verbs);
void register_volume_create(Verbs& verbs);
void register_volume_inspect(Verbs& verbs);
void register_volume_ls(Verbs& verbs);
void register_volume_prune(Verbs& verbs);
void register_volume_rm(Verbs& verbs);
void register_wait(Verbs& verbs);

}  // namespace cli
