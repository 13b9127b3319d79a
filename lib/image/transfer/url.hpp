// SPDX-License-Identifier: Apache-2.0
// Addresses of web resources, as far as rules depend on their parts.
#pragma once

#include <string>

struct sockaddr;

namespace image {

struct Url {
  std::string text;    ///< the whole, normalized
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< lower case, an IPv6 address in brackets
  int port = 0;        ///< the scheme's own when none was given

  bool is_https() const { return scheme == "https"; }

  /// Scheme, host and path: what may be told. The query of a signed address is a secret.
  std::string shown() const;

  bool has_origin_of(const Url& other) const {
    return scheme == other.scheme && host == other.host && port == other.port;
  }
};

/// Kind remote when it is no http or https address, or carries a user name.
Url parse_url(const std::string& text);

/// Where a redirect leads.
Url resolve_url(const Url& base, const std::string& location);

/// Percent-encodes all but letters, digits and "-._~".
std::string percent_encode(const std::string& text);

/// True for localhost, 127.0.0.0/8 and ::1, with or without a port.
bool is_loopback_host(const std::string& host);

/// True for addresses that only this machine's own link answers: 169.254.0.0/16, fe80::/10. Clouds
/// serve their secrets there.
bool is_link_local_host(const std::string& host);
bool is_link_local(const sockaddr* address);

}  // namespace image
