// SPDX-License-Identifier: Apache-2.0
// Giving files the SELinux label of a container.
#pragma once

#include <string>

namespace container {

/// That of a file; empty where it has none.
std::string label_of(int fd);

/// Of one file or directory, which is not a link. File systems without labels are passed over.
void set_label(int fd, const std::string& label, const std::string& name);

/// Of what `source` (O_PATH) is and, for a directory, of all below it, as -v :z and :Z ask for. No link is followed. Kind usage
/// "SELinux relabeling of /etc is not allowed" for directories of the system and users' homes; `name` is for errors.
void relabel(int source, const std::string& label, const std::string& name);

}  // namespace container
