// SPDX-License-Identifier: Apache-2.0
// registries.conf, version 2: which registries a name leads to, by which addresses they are
// reached, and which of them may be spoken to without TLS. (containers-registries.conf(5))
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "image/reference.hpp"
#include "image/transfer/credentials.hpp"

namespace image {

/// One address a repository can be fetched from.
struct Endpoint {
  Reference reference;    ///< rewritten: domain and path as they are asked for
  bool insecure = false;  ///< no certificate is demanded, http will do
  bool is_mirror = false;
};

class RegistriesConf {
 public:
  /// What files say; `files` in rising order of weight, missing ones are skipped. Kind usage names
  /// file and line of what is malformed.
  static RegistriesConf load(const std::vector<std::string>& files);

  /// The files in force: CONTAINERS_REGISTRIES_CONF alone, or the user's before /etc's before
  /// /usr/share's, and all drop-ins.
  static std::vector<std::string> default_files();

  /// The full names that what a user wrote may mean, in the order to try them; docker.io when
  /// nothing is configured for a short name.
  std::vector<Reference> candidates(const std::string& text) const;

  /// Who is asked for passwords, in this order: names of helpers, or kAuthFiles for the usual files.
  const std::vector<std::string>& credential_helpers() const { return helpers_; }

  /// Where to fetch a name from, mirrors first. Kind denied when it is blocked.
  std::vector<Endpoint> endpoints(const Reference& reference) const;

 private:
  friend class RegistriesReader;

  struct Mirror {
    std::string location;
    bool insecure = false;
    bool by_digest = false, by_tag = false;  ///< pull-from-mirror: only these (both: all)
  };

  struct Registry {
    std::string prefix, location;
    bool insecure = false, blocked = false, mirrors_by_digest_only = false;
    std::vector<Mirror> mirrors;
  };

  const Registry* find(const Reference& reference) const;

  std::vector<std::string> search_ = {"docker.io"};
  std::vector<std::string> helpers_ = {kAuthFiles};
  std::map<std::string, Registry> registries_;  // by prefix
  std::map<std::string, std::string> aliases_;
};

}  // namespace image
