// SPDX-License-Identifier: Apache-2.0
// A tar written by one thread and read by another, through a pipe.
#pragma once

#include <cstdint>
#include <functional>

#include "storage/layer/bytes.hpp"
#include "storage/layer/tar_writer.hpp"

namespace image {

/// Writes an archive, its end mark excluded.
using ProduceTar = std::function<void(storage::TarWriter&)>;

/// Carries `produce` out in a thread of its own while `consume` reads what it writes. The first
/// failure is what is thrown. Returns the bytes of the tar.
std::int64_t pipe_tar(const ProduceTar& produce,
                      const std::function<void(const storage::ByteSource&)>& consume);

/// The same to a descriptor, without a thread.
std::int64_t write_tar(const ProduceTar& produce, int fd);

}  // namespace image
