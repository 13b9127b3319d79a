// SPDX-License-Identifier: Apache-2.0
// Programs that keep passwords (docker-credential-X): what is asked and what is stored goes through their stdin and
// stdout, never through arguments.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace image {

struct Credentials {
  std::string user, password;
  std::string identity_token;  ///< a refresh token in the place of a password
  std::string registry_token;  ///< a bearer token to send as it is

  bool operator==(const Credentials&) const = default;
};

/// Docker Hub's name in docker's files and in helpers.
inline constexpr const char* kHubKey = "https://index.docker.io/v1/";

/// What helpers know a registry by.
std::string helper_key(const std::string& registry);

/// Nothing when the helper knows none; a broken one is warned about.
std::optional<Credentials> ask_helper(const std::string& helper, const std::string& server);

/// Kind io, with the helper's own words, when it fails; not_found when there is no such program.
void store_in_helper(const std::string& helper,
                     const std::string& server,
                     const Credentials& credentials);

/// False when it knew none. Throws as store_in_helper does.
bool erase_from_helper(const std::string& helper, const std::string& server);

/// The servers it knows.
std::vector<std::string> list_helper(const std::string& helper);

}  // namespace image
