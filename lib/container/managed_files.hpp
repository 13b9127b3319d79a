// SPDX-License-Identifier: Apache-2.0
// Files in /etc that a container sees other than its image has them: passwd and group with further
// lines (keep-id, --passwd-entry, --hostuser), localtime (--tz), and what hosts begins with.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "container/spec/spec.hpp"

namespace container {

/// Names in /etc and contents. A user who gets a line gets its home, too. Kind usage for a time zone
/// or a user that the host does not know.
std::vector<std::pair<std::string, std::string>> managed_files(
    const CreateOptions& options,
    int rootfs,
    UserIds& user,
    const std::string& working_directory);

/// "user[:group]" as the image knows it: the name of a --hostuser that it does not have becomes his numbers.
std::string known_inside(const std::string& user,
                         const std::vector<std::string>& host_users,
                         int rootfs);

/// Makes `content` of a file of the container's own layer that it begins with. False, and nothing done, when it does not: a
/// time zone, a link, a file that the image has not.
bool append_to_image_file(int rootfs, const std::string& path, const std::string& content);

/// --tz: where the image has the zone in its own database, /etc/localtime becomes a link to it, as Podman makes it. Elsewhere it
/// is one of managed_files.
void link_timezone(int rootfs, const std::string& zone);

/// What --hosts-file says that /etc/hosts begins with; nothing: the usual lines.
std::optional<std::string> base_hosts(const std::string& word, int rootfs);

}  // namespace container
