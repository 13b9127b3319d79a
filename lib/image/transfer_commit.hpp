// SPDX-License-Identifier: Apache-2.0
// The request that makes an image of a container's files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id_mapping.hpp"
#include "base/json_fields.hpp"
#include "image/oci.hpp"

namespace image {

/// The files come as a descriptor: an overlay's upper directory on top of `layers`, or, without
/// layers below, a whole root (--squash), or one of which only what a second descriptor lists is taken (is_delta): for each
/// path '+' (it is there) or '-' (it was removed), the path below the root, a NUL.
struct CommitRequest {
  Config config;                           ///< of the new image, but for its new layer
  HistoryEntry step;                       ///< of the new layer
  std::vector<std::string> layers;         ///< ids below, lowest first, fix-up layers included
  std::vector<std::string> without;        ///< paths below the root that are left out
  std::optional<base::IdMapping> mapping;  ///< of the container's own user namespace
  bool is_upper = true;
  bool is_delta = false;
  bool docker_format = false;
  std::string reference;  ///< name of the new image, or empty
  bool tells = false;     ///< progress in podman's words
  std::string parent;     ///< id of the image below, or empty; Docker's format notes it
};

template <typename Io>
void fields(Io& io, CommitRequest& r) {
  io("config", r.config);
  io("step", r.step);
  io.maybe("layers", r.layers);
  io.maybe("without", r.without);
  io.maybe("mapping", r.mapping);
  io("isUpper", r.is_upper);
  io.maybe("isDelta", r.is_delta);
  io.maybe("dockerFormat", r.docker_format);
  io.maybe("reference", r.reference);
  io.maybe("tells", r.tells);
  io.maybe("parent", r.parent);
}

}  // namespace image
