// SPDX-License-Identifier: Apache-2.0
// Certificates that an administrator put beside the system's, by registry: certs.d/HOST/{*.crt,*.cert,*.key}.
#pragma once

#include <string>
#include <vector>

#include "image/transfer/http.hpp"

namespace image {

/// The directories that may hold certificates for a host, in rising order of weight.
std::vector<std::string> certificate_directories(const Url& url);

/// What these directories hold: all authorities, the last client certificate. Kind usage when a certificate has no
/// key.
TlsOptions read_certificates(const std::vector<std::string>& directories);

}  // namespace image
