// SPDX-License-Identifier: Apache-2.0
// What all requests of berth-transfer to registries have.
#pragma once

#include <optional>
#include <string>

#include "base/json_fields.hpp"

namespace image {

/// Credentials and TLS choices shared by all requests to registries.
struct RegistryOptions {
  std::optional<bool> tls_verify;  ///< unset: what registries.conf says
  std::string authfile, cert_dir;
  std::string creds;    ///< "user:password" or empty
  bool podman = false;  ///< whose files come first, and whose words refusals have
};

template <typename Io>
void fields(Io& io, RegistryOptions& o) {
  io.maybe("tlsVerify", o.tls_verify);
  io.maybe("authfile", o.authfile);
  io.maybe("certDir", o.cert_dir);
  io.maybe("creds", o.creds);
  io.maybe("podman", o.podman);
}

}  // namespace image
