// SPDX-License-Identifier: Apache-2.0
// Requests of berth-transfer about passwords for registries. They, too, go by descriptors only.
#pragma once

#include <string>
#include <vector>

#include "base/json_fields.hpp"
#include "image/transfer_registry.hpp"

namespace image {

/// Which registry, and where its password is kept.
struct LoginPlace {
  std::string server;       ///< as the user wrote it; empty: the usual one
  std::string compat_file;  ///< docker's config.json to use; empty: as the dialect has it
  RegistryOptions registry;
};

template <typename Io>
void fields(Io& io, LoginPlace& p) {
  io.maybe("server", p.server);
  io.maybe("compatFile", p.compat_file);
  io("registry", p.registry);
}

/// What is known of a registry.
struct KnownLogin {
  std::string key;       ///< what its password is kept under
  std::string registry;  ///< its host
  std::string user;      ///< empty: none is known
  bool has_password = false;
  bool has_token = false;  ///< a token that stands for a password
};

template <typename Io>
void fields(Io& io, KnownLogin& k) {
  io("key", k.key);
  io("registry", k.registry);
  io.maybe("user", k.user);
  io("hasPassword", k.has_password);
  io("hasToken", k.has_token);
}

struct LoginRequest {
  LoginPlace place;
  std::string user, password;  ///< both empty: what is known is tried, and nothing stored
};

template <typename Io>
void fields(Io& io, LoginRequest& r) {
  io("place", r.place);
  io.maybe("user", r.user);
  io.maybe("password", r.password);
}

struct LoginResult {
  std::string stored_in;  ///< the file or "credential helper: x"; empty: nothing was stored anew
  bool is_plain = false;  ///< the file holds it for everybody who can read the file
};

template <typename Io>
void fields(Io& io, LoginResult& r) {
  io.maybe("storedIn", r.stored_in);
  io("isPlain", r.is_plain);
}

struct LogoutRequest {
  LoginPlace place;
  bool all = false;
};

template <typename Io>
void fields(Io& io, LogoutRequest& r) {
  io("place", r.place);
  io("all", r.all);
}

struct LogoutResult {
  std::string key;
  bool was_known = false;
  bool known_elsewhere = false;              ///< in a file that this dialect does not write
  std::vector<std::string> complaints = {};  ///< "server: why" of what could not be erased
};

template <typename Io>
void fields(Io& io, LogoutResult& r) {
  io.maybe("key", r.key);
  io("wasKnown", r.was_known);
  io("knownElsewhere", r.known_elsewhere);
  io.maybe("complaints", r.complaints);
}

}  // namespace image
