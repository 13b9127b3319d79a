// SPDX-License-Identifier: Apache-2.0
// Manifests, indexes and configs as strangers send them: what they are is decided once, and what does not add up is
// refused before anything is fetched.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "image/oci.hpp"
#include "storage/overlay.hpp"

namespace image {

inline constexpr std::size_t kMostManifest = 4 << 20;
inline constexpr std::size_t kMostConfig = 4 << 20;  // as podman

/// Different layers an image may have: what an overlay takes, without the mount points and one for what berth must mend.
inline constexpr std::size_t kMostLayers = storage::kMostLower - 2;

/// A manifest or an index, its bytes verified against `digest`.
struct Document {
  std::string bytes, media_type, digest;

  bool is_index() const;
};

/// Tells what the bytes are. `content_type` is what the server said, or empty; a document that fits two types or says
/// another type than the server is refused. Kind unsupported for schema 1, corrupt for all else.
Document read_document(std::string bytes, const std::string& content_type);

/// Reads and checks an image's manifest: number of layers, media types, digests, sizes, no foreign layers.
Manifest parse_manifest(const Document& document);

Index parse_index(const Document& document);

/// Reads a config and checks that its layers are as many as the manifest's and have usable digests.
Config parse_config(const std::string& bytes, const Manifest& manifest);

/// Kind unsupported or corrupt for anything but a well-formed sha256 digest.
void check_digest(const std::string& digest, const std::string& where);

}  // namespace image
