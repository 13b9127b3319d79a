// SPDX-License-Identifier: Apache-2.0
// Where the user's passwords for registries are kept: auth.json, docker's config.json, credential
// helpers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/reference.hpp"
#include "image/transfer/auth_file.hpp"

namespace image {

/// In the place of a helper's name: the files, as registries.conf calls them.
inline constexpr const char* kAuthFiles = "containers-auth.json";

/// What to look through, in this order; the first that knows the name wins.
class CredentialStore {
 public:
  /// `creds` is "user:password" or empty; `authfile` the only file to read, or empty for the usual
  /// places; `helpers` who is asked, in this order (registries.conf's credential-helpers).
  CredentialStore(const std::string& creds,
                  const std::string& authfile,
                  std::vector<std::string> helpers = {kAuthFiles},
                  AuthDialect dialect = AuthDialect::podman);

  /// For a repository ("registry/ns/image", most specific first). A broken helper is warned about
  /// and skipped; a malformed file is an Error that tells nothing of its content. Not for several
  /// threads at once.
  std::optional<Credentials> find(const Reference& reference) const;

 private:
  std::optional<Credentials> find_in_files(const Reference& reference) const;

  std::optional<Credentials> given_;
  std::vector<std::string> helpers_;
  std::vector<std::string> files_;
  bool must_exist_ = false;  ///< the file was named by the user
};

}  // namespace image
