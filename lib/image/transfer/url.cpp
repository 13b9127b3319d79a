// SPDX-License-Identifier: Apache-2.0
// libcurl's own parser takes addresses apart, so that a rule never sees another host than the one
// that is asked.
#include "image/transfer/url.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <memory>
#include <netinet/in.h>

#include <curl/curl.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "image/transfer/foreign.hpp"

namespace image {

namespace {

using base::Kind;

struct FreeUrl {
  void operator()(CURLU* url) const { ::curl_url_cleanup(url); }
};

using UrlHandle = std::unique_ptr<CURLU, FreeUrl>;

std::string url_part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (::curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string result(text);
  ::curl_free(text);
  return result;
}

Url from_handle(CURLU* handle, const std::string& text) {
  Url url{
      url_part(handle, CURLUPART_URL),
      url_part(handle, CURLUPART_SCHEME),
      base::lower(url_part(handle, CURLUPART_HOST)),
      base::parse_number<int>(url_part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT)).value_or(0)};
  if ((url.scheme != "http" && url.scheme != "https") || url.host.empty()) {
    base::fail(Kind::remote, "\"{}\" is not a web address", shown(text, 200));
  }
  return url;
}

void set_url(CURLU* handle, const std::string& text) {
  if (::curl_url_set(handle, CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
    base::fail(Kind::remote, "\"{}\" is not a web address", shown(text, 200));
  }
}

/// The part of a host that is an address: without brackets, port and zone.
std::string bare_host(const std::string& host) {
  if (host.starts_with('[')) return host.substr(1, host.find_first_of("]%") - 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

bool is_link_local(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    return (ntohl(v4->sin_addr.s_addr) >> 16) == 0xA9FE;
  }
  if (address->sa_family != AF_INET6) return false;
  const auto& ip = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&ip)) return ip.s6_addr[12] == 0xA9 && ip.s6_addr[13] == 0xFE;
  return IN6_IS_ADDR_LINKLOCAL(&ip);
}

std::string Url::shown() const {
  return image::shown(text.substr(0, text.find_first_of("?#")), 500);
}

Url parse_url(const std::string& text) {
  const UrlHandle handle(::curl_url());
  set_url(handle.get(), text);
  return from_handle(handle.get(), text);
}

Url resolve_url(const Url& base, const std::string& location) {
  const UrlHandle handle(::curl_url());
  set_url(handle.get(), base.text);
  set_url(handle.get(), location);  // relative to what is there
  return from_handle(handle.get(), location);
}

std::string percent_encode(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::strchr("-._~", c);
    encoded +=
        plain && c ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

bool is_loopback_host(const std::string& host) {
  const std::string bare = base::lower(bare_host(host));
  in_addr v4{};
  if (::inet_pton(AF_INET, bare.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, bare.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return bare == "localhost" || bare.ends_with(".localhost");
}

bool is_link_local_host(const std::string& host) {
  const std::string bare = bare_host(host);
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (::inet_pton(AF_INET, bare.c_str(), &v4.sin_addr) == 1) {
    return is_link_local(reinterpret_cast<sockaddr*>(&v4));
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  return ::inet_pton(AF_INET6, bare.c_str(), &v6.sin6_addr) == 1 &&
         is_link_local(reinterpret_cast<sockaddr*>(&v6));
}

}  // namespace image
