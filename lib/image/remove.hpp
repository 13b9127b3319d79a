// SPDX-License-Identifier: Apache-2.0
// Taking names and images away by Docker's rules (rmi).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "image/image_store.hpp"

namespace image {

/// Why an image cannot be removed.
struct Conflict {
  enum class Why {
    only_name_of_used_image,
    running_container,
    stopped_container,
    several_repositories,
    mounted
  };

  Why why;
  std::string name;       ///< as Docker shows it: the familiar name or the short id
  std::string image;      ///< id
  std::string container;  ///< id of the first container that uses it
};

/// Docker's sentence.
std::string conflict_text(const Conflict& conflict);

struct RemoveOptions {
  bool force = false;
  bool latest_first = false;  ///< of several names, as Podman does; else in their order
  /// Whether a container runs; asked inside a short transaction.
  std::function<bool(const std::string& container)> is_running;
  std::function<std::string(const Conflict&)> words = conflict_text;
};

struct Removed {
  std::vector<std::string> untagged;  ///< full names, with tag or digest
  std::vector<std::string> deleted;   ///< ids
  std::int64_t freed = 0;             ///< bytes of layers that went
};

/// Takes a name away, and the image with its last one; by id, the image with all its names. Works
/// on a full disk. Kinds: not_found, in_use (a Conflict).
Removed remove_image(ImageStore& images, const std::string& text, const RemoveOptions& options);

/// Kind denied for an image of an image store: "cannot remove read-only image "HEX"".
void refuse_read_only(const Image& image);

/// Removes images with their names, whatever uses them, and then layers and blobs that nobody needs
/// any more. Returns the bytes of layers freed.
std::int64_t remove_rows(storage::Store& store, const std::vector<std::string>& ids);

/// Gives an image a name, which moves when another one has it. Inside a transaction.
void give_name(storage::Database& db,
               const std::string& full_name,
               const std::string& image,
               base::Moment when);

/// Deletes the row of a full name, "repository:tag" or "repository@digest"; false when there is
/// none. Inside a transaction.
bool delete_name(storage::Database& db, const std::string& full_name);

/// Deletes the rows of an image and of its names. Inside a transaction.
void delete_image(storage::Database& db, const std::string& id);

/// The part of a full name before tag or digest.
std::string repository_of(const std::string& full_name);

}  // namespace image
