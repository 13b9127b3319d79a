// SPDX-License-Identifier: Apache-2.0
// A database of somebody else's, to be read without a lock on it or a file beside it.
#pragma once

#include <string>

namespace storage {

/// Copies the file and its log, which others may be writing, into `directory`; returns the copy's path. Where there is no
/// file, a database is made there that holds nothing. Kind in_use when the file did not stand still.
std::string copy_database(const std::string& path, const std::string& directory);

}  // namespace storage
