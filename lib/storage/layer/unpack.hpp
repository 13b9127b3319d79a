// SPDX-License-Identifier: Apache-2.0
// A layer's tar to files and record: what write_layer's second thread does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/layer/layer_writer.hpp"
#include "storage/layer/tar_reader.hpp"

namespace storage {

struct Unpacked {
  std::int64_t size = 0;  ///< bytes of the files
  std::vector<std::string> implicit_directories;
};

/// Reads `chunks` to the end. May change the calling thread's umask, not that of others.
Unpacked unpack_layer(TarReader::Chunks chunks,
                      const std::string& directory,
                      Attributes attributes,
                      const LayerLimits& limits);

}  // namespace storage
