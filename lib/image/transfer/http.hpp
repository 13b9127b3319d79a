// SPDX-License-Identifier: Apache-2.0
// HTTP as registries need it: bodies are pulled, redirects are followed by our own rules, and what
// stalls or never ends is given up.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "image/transfer/url.hpp"

namespace image {

struct HttpLimits {
  std::chrono::milliseconds connect{30'000};
  std::chrono::milliseconds stall{60'000};  ///< so long with less than `slowest` on average fails
  std::int64_t slowest = 1024;              ///< bytes per second
  int redirects = 10;
};

/// How a host is trusted.
struct TlsOptions {
  bool verify = true;
  std::string authorities;       ///< PEM text, beside the system's own
  std::string certificate, key;  ///< paths of the client's own, or empty
};

/// What is sent along with a PUT, POST or PATCH. Read from its beginning, and once more when the connection turned out
/// to be dead or the request is made again.
struct HttpBody {
  std::int64_t size = 0;
  /// Gives up to `size` bytes from `offset` on; throws on failure.
  std::function<std::size_t(std::int64_t offset, void* buffer, std::size_t size)> read;
};

/// The bytes of a text that outlives the request.
HttpBody body_of(const std::string& text);

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers = {};  ///< "Accept: x"
  std::string authorization = {};  ///< "Bearer x"; lost for good when a redirect leaves the origin
  std::optional<std::string> form = {};  ///< what to POST; unset: as `method` says
  std::string method = {};               ///< empty: GET. All but GET and HEAD send `body`
  HttpBody body = {};
  /// The host that told us the address; empty: the user did. From there on no way leads to a
  /// link-local address, unless it is that host.
  std::string named_by = {};
};

/// A response whose head has come and whose body is read as it comes. Dropping it unread closes the
/// connection; read to the end, the connection serves the next request.
class HttpResponse {
 public:
  class Exchange;

  explicit HttpResponse(std::unique_ptr<Exchange> exchange);
  HttpResponse(HttpResponse&&) noexcept;
  HttpResponse& operator=(HttpResponse&&) noexcept;
  ~HttpResponse();

  int status() const;

  /// The value of a header (its name in lower case), empty when missing; several are joined by ",
  /// ".
  std::string header(const std::string& name) const;

  /// Where it came from, after redirects.
  const Url& url() const;

  /// The next bytes of the body, 0 at its end. Kind io when the connection broke or stalled.
  std::size_t read(void* buffer, std::size_t size);

  /// The whole body; more than `most` bytes are Kind remote.
  std::string read_all(std::size_t most);

  /// Reads and forgets a short rest, so that the connection can be used again.
  void drain();

 private:
  std::unique_ptr<Exchange> exchange_;
};

/// May be used from several threads at once. Idle connections are kept for later requests.
class HttpClient {
 public:
  using TlsFor = std::function<TlsOptions(const Url&)>;

  /// `cancelled`, when set by somebody, ends every transfer with Interrupted or an Error; may be
  /// null.
  HttpClient(HttpLimits limits, TlsFor tls_for, const std::atomic<bool>* cancelled = nullptr);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// Follows redirects and returns once the head of the answer is here, whatever its status. Kind
  /// remote when no connection came about or a redirect is refused, io when it broke later: then a
  /// retry may help.
  HttpResponse send(HttpRequest request);

 private:
  friend class HttpResponse::Exchange;
  struct Lane;
  class Connections;

  HttpResponse send_once(const HttpRequest& request, const Url& url, const std::string& known_host);

  HttpLimits limits_;
  TlsFor tls_for_;
  const std::atomic<bool>* cancelled_;
  std::shared_ptr<Connections> connections_;
};

}  // namespace image
