// SPDX-License-Identifier: Apache-2.0
#include "commands/list.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cli {

namespace {

constexpr Registration kRegistrations[] = {
    {"attach|container attach", register_attach},
    {"container clone", register_clone},
    {"commit|container commit", register_commit},
    {"", register_complete},
    {"", register_completion},
    {"container cleanup", register_container_cleanup},
    {"container inspect", register_container_inspect},
    {"container prune", register_container_prune},
    {"cp|container cp", register_cp},
    {"create|container create", register_create},
    {"diff|container diff|image diff", register_diff},
    {"events|system events", register_events},
    {"exec|container exec", register_exec},
    {"secret exists|container exists|volume exists", register_exists},
    {"export|container export", register_export},
    {"", register_generate_man},
    {"healthcheck run", register_healthcheck_run},
    {"", register_help},
    {"history|image history", register_history},
    {"image exists", register_image_exists},
    {"image inspect", register_image_inspect},
    {"image mount", register_image_mount},
    {"image prune", register_image_prune},
    {"image tree", register_image_tree},
    {"image unmount|image umount", register_image_unmount},
    {"images|image ls|image list", register_images},
    {"import|image import", register_import},
    {"info|system info", register_info},
    {"init|container init", register_init},
    {"inspect", register_inspect},
    {"kill|container kill", register_kill},
    {"load|image load", register_load},
    {"login", register_login},
    {"logout", register_logout},
    {"logs|container logs", register_logs},
    {"mount|container mount", register_mount},
    {"pause|container pause", register_pause},
    {"port|container port", register_port},
    {"ps|container ls|container list|container ps", register_ps},
    {"pull|image pull", register_pull},
    {"push|image push", register_push},
    {"rename|container rename", register_rename},
    {"restart|container restart", register_restart},
    {"rm|container rm|container remove", register_rm},
    {"rmi|image rm|image remove", register_rmi},
    {"run|container run", register_run},
    {"save|image save", register_save},
    {"secret create", register_secret_create},
    {"secret inspect", register_secret_inspect},
    {"secret ls|secret list", register_secret_ls},
    {"secret rm", register_secret_rm},
    {"start|container start", register_start},
    {"stats|container stats", register_stats},
    {"stop|container stop", register_stop},
    {"system check", register_system_check},
    {"system df", register_system_df},
    {"system prune", register_system_prune},
    {"system reset", register_system_reset},
    {"tag|image tag|untag|image untag", register_tag},
    {"top|container top", register_top},
    {"unmount|umount|container unmount|container umount", register_unmount},
    {"unpause|container unpause", register_unpause},
    {"unshare", register_unshare},
    {"update|container update", register_update},
    {"version", register_version},
    {"volume export|volume import|volume mount|volume unmount", register_volume_archive},
    {"volume create", register_volume_create},
    {"volume inspect", register_volume_inspect},
    {"volume ls|volume list", register_volume_ls},
    {"volume prune", register_volume_prune},
    {"volume rm|volume remove", register_volume_rm},
    {"wait|container wait", register_wait},
};

/// True when one of the names is what the words begin with.
bool names_one_of(const Registration& registration, const Words& words) {
  std::string_view rest = registration.names;
  while (!rest.empty()) {
    const auto name = rest.substr(0, rest.find('|'));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    const auto blank = name.find(' ');
    const bool is_first = name.substr(0, blank) == words[0];
    if (is_first && blank == std::string_view::npos) return true;
    if (is_first && words.size() > 1 && name.substr(blank + 1) == words[1]) return true;
  }
  return false;
}

}  // namespace

std::span<const Registration> registrations() {
  return kRegistrations;
}

void register_verbs(Verbs& verbs, const Words& words) {
  for (const auto& registration : kRegistrations) {
    if (!words.empty() && names_one_of(registration, words)) registration.add(verbs);
  }
  if (verbs.all().empty()) register_all(verbs);
}

void register_all(Verbs& verbs) {
  for (const auto& registration : kRegistrations) registration.add(verbs);
}

}  // namespace cli
