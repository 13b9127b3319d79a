// SPDX-License-Identifier: Apache-2.0
// The files with the user's passwords for registries: containers' auth.json and docker's config.json, which have one form.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fields.hpp"
#include "image/transfer/credential_helper.hpp"

namespace image {

/// Whose files are read first, and written.
enum class AuthDialect { docker, podman };

struct AuthEntry {
  std::string auth, username, password, identity_token, registry_token;
};

template <typename Io>
void fields(Io& io, AuthEntry& e) {
  io.maybe("auth", e.auth);
  io.maybe("username", e.username);
  io.maybe("password", e.password);
  io.maybe("identitytoken", e.identity_token);
  io.maybe("registrytoken", e.registry_token);
}

struct AuthFile {
  std::map<std::string, AuthEntry> auths;
  std::map<std::string, std::string> helpers;  ///< by registry
  std::string store;                           ///< the helper of all others, or empty
};

template <typename Io>
void fields(Io& io, AuthFile& f) {
  io.maybe("auths", f.auths);
  io.maybe("credHelpers", f.helpers);
  io.maybe("credsStore", f.store);
}

/// A malformed file is an Error that tells nothing of its content.
AuthFile parse_auth_file(const std::string& text, const std::string& path);

/// Nothing in an empty entry.
std::optional<Credentials> credentials_of(const AuthEntry& entry);

/// docker's keys may be addresses: "https://host/v1/" is "host". Docker Hub has three names.
std::string normal_auth_key(std::string key);

/// The usual files, the first one that knows a registry wins.
std::vector<std::string> usual_auth_files(AuthDialect dialect);

/// The one that `login` writes unless it is told another one. Kind not_found when XDG_RUNTIME_DIR names no directory.
std::string own_auth_file(AuthDialect dialect);

/// Changes a file's JSON, which is {} when there is none, by a rename, mode 0600; what `edit` leaves alone stays as it is.
/// Nothing is written when `edit` returns false.
void edit_auth_file(const std::string& path, const std::function<bool(base::Json&)>& edit);

/// Decodes standard base64; nothing when it is none.
std::optional<std::string> decode_base64(const std::string& text);
std::string encode_base64(const std::string& bytes);

}  // namespace image
