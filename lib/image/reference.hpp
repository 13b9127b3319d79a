// SPDX-License-Identifier: Apache-2.0
// Names of images, by the grammar of distribution/reference (Docker 29).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace image {

/// A full name: "docker.io/library/busybox", with a tag, a digest or both.
struct Reference {
  std::string domain;  ///< "docker.io", "127.0.0.1:5000"
  std::string path;    ///< "library/busybox"
  std::string tag;     ///< empty when none was given
  std::string digest;  ///< "sha256:…" or empty

  std::string repository() const { return domain + "/" + path; }

  /// "docker.io/library/busybox:1" — as names are stored; without tag or digest ":latest" is not added.
  std::string full() const;

  /// What docker prints: "busybox:1", "127.0.0.1:5000/busybox:1".
  std::string familiar() const;

  /// familiar() without tag and digest.
  std::string familiar_repository() const;

  /// The same with tag "latest" when it has neither tag nor digest.
  Reference with_default_tag() const;
};

/// Parses a familiar or full name; short names get docker.io and library/. Kind usage with Docker's sentence
/// ("invalid reference format: repository name (Upper) must be lowercase").
Reference parse_reference(std::string_view text);

/// True when the text names no registry ("busybox", "team/app"): registries.conf decides where to look.
bool is_short_name(std::string_view text);

bool is_digest(std::string_view text);

}  // namespace image
