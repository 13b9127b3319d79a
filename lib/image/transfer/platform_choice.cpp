// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/platform_choice.hpp"

#include <algorithm>

#include "base/environment.hpp"
#include "image/platform.hpp"

namespace image {

namespace {

bool says_nothing(const Descriptor& entry) {
  return !entry.platform || (entry.platform->os.empty() && entry.platform->architecture.empty());
}

/// v8 is what arm64 is without saying so, v1 what amd64 is.
std::string plain_variant(const Platform& p) {
  const bool implied = (p.architecture == "arm64" && p.variant == "v8") ||
                       (p.architecture == "amd64" && p.variant == "v1");
  return implied ? "" : p.variant;
}

/// Older processors' code runs on newer ones of the arm family.
void add_older_arm(std::vector<Platform>& platforms, const std::string& os, char newest) {
  for (char version = newest; version >= '5'; --version)
    platforms.push_back({os, "arm", std::string("v") + version});
}

}  // namespace

PlatformWish PlatformWish::of(const std::string& text) {
  PlatformWish wish;
  std::string asked =
      text.empty() ? base::environment("DOCKER_DEFAULT_PLATFORM").value_or("") : text;
  wish.is_explicit = !asked.empty();
  const Platform first = wish.is_explicit ? parse_platform(asked) : host_platform();
  wish.platforms.push_back(first);
  if (first.architecture == "arm" && first.variant.size() == 2) {
    add_older_arm(wish.platforms, first.os, static_cast<char>(first.variant[1] - 1));
  }
  if (wish.is_explicit) return wish;
  if (first.architecture == "arm64") add_older_arm(wish.platforms, first.os, '8');
  if (first.architecture == "amd64") wish.platforms.push_back({first.os, "386", ""});
  return wish;
}

bool PlatformWish::accepts(const Platform& platform) const {
  if (!is_explicit || platform.architecture.empty()) return true;
  return std::any_of(
      platforms.begin(), platforms.end(), [&](const Platform& p) { return fits(platform, p); });
}

std::vector<Descriptor> choose_entries(const Index& index, const PlatformWish& wish) {
  std::vector<Descriptor> chosen;
  for (const auto& platform : wish.platforms) {
    for (const bool exact : {true, false}) {
      for (const auto& entry : index.manifests) {
        if (is_attestation(entry) || says_nothing(entry) || !fits(*entry.platform, platform))
          continue;
        if (exact && plain_variant(*entry.platform) != plain_variant(platform)) continue;
        chosen.push_back(entry);
      }
      if (!chosen.empty()) return chosen;
    }
  }
  std::copy_if(index.manifests.begin(),
               index.manifests.end(),
               std::back_inserter(chosen),
               [](const auto& entry) { return !is_attestation(entry) && says_nothing(entry); });
  return chosen;
}

}  // namespace image
