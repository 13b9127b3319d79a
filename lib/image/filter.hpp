// SPDX-License-Identifier: Apache-2.0
// Choosing images by --filter, for `images` and `image prune`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "image/image_store.hpp"

namespace image {

/// An image with all that a row shows of it.
struct Listed {
  Image image;
  std::vector<std::string> names;    ///< full names with tags
  std::vector<std::string> digests;  ///< "repository@sha256:…"
  std::int64_t containers = 0;       ///< made from it

  bool is_dangling() const { return names.empty(); }
};

/// A label that must be there, or must not; with a value when one was given.
struct LabelTest {
  std::string key;
  std::optional<std::string> value;
  bool wanted = true;

  bool passes(const std::map<std::string, std::string>& labels) const;
};

struct Filter {
  std::optional<bool> dangling;
  std::vector<LabelTest> labels;        ///< all must pass
  std::vector<std::string> references;  ///< one must match
  /// Lists all names of an image that passes, latest first, as Podman does.
  bool all_names = false;
  std::vector<std::string> before, since;  ///< images to compare with
  std::optional<base::Moment> until;
  std::vector<std::string> ids;        ///< prefixes; one must match
  std::optional<bool> used;            ///< has containers
  std::optional<bool> read_only;       ///< lies in an image store
  std::vector<std::string> manifests;  ///< digests, or their beginnings; one must match
  bool nothing = false;                ///< asks for a kind of image that berth has none of
};

/// Which keys a command takes.
enum class FilterKeys { list, list_podman, prune };

/// Reads "key=value" words. Kind usage with Docker's sentences: "invalid filter 'x'".
Filter parse_filter(const std::vector<std::string>& words, FilterKeys keys, base::Moment now);

/// Every image with its names, those of image stores included: one that is in several is there several times.
std::vector<Listed> list_all(ImageStore& images, NameOrder order = NameOrder::by_name);

/// The images that pass, latest first. Kind not_found when before or since name no image.
std::vector<Listed> select(ImageStore& images, const Filter& filter);

/// Go's path.Match of a pattern with a full name: its familiar form or its familiar repository must
/// match.
bool matches_reference(const std::string& pattern, const std::string& full_name);

}  // namespace image
