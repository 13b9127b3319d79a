// SPDX-License-Identifier: Apache-2.0
// Where the bytes of an archive come from that `load` and `import` read once: a file, a URL, or a descriptor.
#pragma once

#include <string>

#include "storage/layer/bytes.hpp"

namespace image {

/// True for http:// and https://.
bool is_url(const std::string& path);

/// Reads a file, or what a URL answers with, or `in` when the path is empty or "-". Nothing of it is kept: bytes are worked on
/// as they come. Kind remote when the server has no such thing.
storage::ByteSource open_archive_source(const std::string& path, int in);

}  // namespace image
