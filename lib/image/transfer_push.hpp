// SPDX-License-Identifier: Apache-2.0
// The request that sends images to a registry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fields.hpp"
#include "image/transfer_registry.hpp"

namespace image {

struct PushRequest {
  std::string image;        ///< name or id; of all_tags a repository
  std::string destination;  ///< full name; empty: the image's own
  bool all_tags = false;
  bool quiet = false;
  std::string format;        ///< "oci", "docker", or empty for what the image has
  std::string platform;      ///< what the image must be for, or empty
  std::optional<int> level;  ///< of gzip
  /// What the registry has in another compression is sent again.
  bool force_compression = false;
  std::optional<int> retries = {};
  std::optional<std::int64_t> retry_delay_ms = {};
  RegistryOptions registry;
};

template <typename Io>
void fields(Io& io, PushRequest& r) {
  io("image", r.image);
  io.maybe("destination", r.destination);
  io.maybe("allTags", r.all_tags);
  io.maybe("quiet", r.quiet);
  io.maybe("format", r.format);
  io.maybe("platform", r.platform);
  io.maybe("level", r.level);
  io.maybe("forceCompression", r.force_compression);
  io.maybe("retries", r.retries);
  io.maybe("retryDelay", r.retry_delay_ms);
  io("registry", r.registry);
}

struct PushedImage {
  std::string image;   ///< id
  std::string name;    ///< where it is now, in full
  std::string digest;  ///< of the manifest there
};

template <typename Io>
void fields(Io& io, PushedImage& p) {
  io("image", p.image);
  io("name", p.name);
  io("digest", p.digest);
}

struct PushResult {
  std::vector<PushedImage> pushed;
};

template <typename Io>
void fields(Io& io, PushResult& r) {
  io("pushed", r.pushed);
}

}  // namespace image
