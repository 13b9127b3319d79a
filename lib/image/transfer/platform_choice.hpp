// SPDX-License-Identifier: Apache-2.0
// Which entries of an index to take, best first.
#pragma once

#include <string>
#include <vector>

#include "image/oci.hpp"

namespace image {

/// The platforms that will do, in order of preference. `text` is what the user asked for; empty: what
/// DOCKER_DEFAULT_PLATFORM says, or this machine with what else its processor runs.
struct PlatformWish {
  std::vector<Platform> platforms;
  bool is_explicit =
      false;  ///< asked for: an image that says it is for another platform is refused

  static PlatformWish of(const std::string& text);

  /// "linux/arm64/v8", for errors.
  std::string shown() const { return platforms.front().text(); }

  bool accepts(const Platform& platform) const;
};

/// Entries worth a try: those of the best platform, or else those that say nothing of their platform. Attestations
/// and entries for other machines are passed over.
std::vector<Descriptor> choose_entries(const Index& index, const PlatformWish& wish);

}  // namespace image
