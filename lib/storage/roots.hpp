// SPDX-License-Identifier: Apache-2.0
// Where a user's store lies when no --root or --runroot says so.
#pragma once

#include <string>

namespace storage {

/// Root: /var/lib/berth. Others: $XDG_DATA_HOME/berth or ~/.local/share/berth.
std::string default_graphroot();

/// Root: /run/berth. Others: $XDG_RUNTIME_DIR/berth; without a runtime directory of ours (su, cron, ssh)
/// /run/user/UID/berth or /tmp/berth-run-UID. Kind denied when somebody else sits in that last one.
std::string default_runroot();

/// A directory in a place where everybody may write: made with mode 0700, or checked to be a real
/// directory, ours, that nobody else can write to. Kind denied otherwise.
void claim_private_directory(const std::string& path);

}  // namespace storage
