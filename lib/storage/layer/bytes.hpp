// SPDX-License-Identifier: Apache-2.0
// How streams of bytes travel: pulled from a source, pushed into a sink.
#pragma once

#include <cstddef>
#include <functional>

namespace storage {

/// Gives up to `size` bytes into `buffer`, 0 at the end; throws on failure. Called from one thread,
/// not necessarily the caller's.
using ByteSource = std::function<std::size_t(void* buffer, std::size_t size)>;

/// Takes bytes; throws to stop.
using ByteSink = std::function<void(const void* data, std::size_t size)>;

}  // namespace storage
