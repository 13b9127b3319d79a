// SPDX-License-Identifier: Apache-2.0
// The images that an archive describes: by index.json (an OCI layout, and `docker save` since 25)
// or by manifest.json
// (`docker save` before, podman's docker-archive; or, as an object, the manifest of a docker-dir).
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "image/oci.hpp"
#include "image/reference.hpp"
#include "image/transfer/archive_content.hpp"

namespace image {

/// What berth adds to the entries of an index that it writes, so that what was pulled is known by
/// the same digests after save and load, although its layers lie in the archive in another form.
inline constexpr const char* kSourceManifest =
    "dev.berth.source.manifest";  ///< digest of the manifest pulled, a blob
inline constexpr const char* kSourceDigests =
    "dev.berth.source.digests";  ///< "repository@sha256:… …"

inline constexpr const char* kContainerdName = "io.containerd.image.name";
inline constexpr const char* kRefName = "org.opencontainers.image.ref.name";

struct ArchivedImage {
  std::string config_bytes;
  std::string manifest_bytes, media_type;  ///< empty: the archive has no manifest of it
  std::vector<std::string> layers;         ///< paths in the archive
  std::vector<Descriptor> descriptors;     ///< of the layers; empty without a manifest
  std::vector<Reference> names;

  /// Known from where it was pulled, every link of the chain digest by digest verified: the
  /// manifest's blob, which names this config, and the indexes' blobs, which name the manifest.
  std::vector<std::pair<std::string, std::string>> repository_digests;
  std::map<std::string, std::string> indexes;
};

/// Kind corrupt when it is no image archive ("unrecognized image format") or not whole. `platform`
/// chooses among an index's images; empty: this machine's.
std::vector<ArchivedImage> read_images(ArchiveContent& content, const std::string& platform);

}  // namespace image
