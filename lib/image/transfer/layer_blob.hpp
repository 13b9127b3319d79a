// SPDX-License-Identifier: Apache-2.0
// A stored layer as a blob again: its tar, or that compressed.
//
// The tar comes back byte for byte. The compressed bytes that were pulled are not kept (they would
// add 40 % to what a store takes); gzip at level 6 often gives the same again, namely where the
// image was compressed by zlib with its defaults, and where it does, the digest proves it.
#pragma once

#include <string>

#include "base/unique_fd.hpp"
#include "image/oci.hpp"
#include "storage/layer/bytes.hpp"
#include "storage/layer_store.hpp"

namespace image {

/// Gives the tar to `sink`. Kind corrupt when the bytes are not those of the layer's id any more.
void write_layer_tar(const storage::Layer& layer, const storage::ByteSink& sink);

/// A layer's blob in a temporary file.
struct LayerBlob {
  base::UniqueFd file;  ///< without a name
  Descriptor descriptor;
};

inline constexpr int kGzipLevel = 6;

/// Compresses into a file of `directory`, which may go before the file does.
LayerBlob gzip_layer(const std::string& directory,
                     const storage::Layer& layer,
                     int level = kGzipLevel);

/// The same without compression.
LayerBlob plain_layer(const std::string& directory, const storage::Layer& layer);

/// Gives a descriptor's bytes from its beginning to `sink`.
void copy_file(int fd, const storage::ByteSink& sink);

}  // namespace image
