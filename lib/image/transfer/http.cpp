// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/http.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <set>
#include <sys/socket.h>

#include <curl/curl.h>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace image {

namespace {

using base::Kind;
using Clock = std::chrono::steady_clock;

constexpr long kBufferSize = 256 * 1024;
constexpr std::size_t kMostHeaders = 256 * 1024;
constexpr std::size_t kMostDrained = 64 * 1024;
constexpr int kDigesting = 10;  // times as long as a stall a server may take to store what it got
constexpr int kTick = 200;      // milliseconds between looks at cancellation

void initialize_once() {
  static const CURLcode result = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) base::fail(Kind::bug, "cannot start libcurl");
}

}  // namespace

/// A multi handle with its open connections and the origins they lead to.
struct HttpClient::Lane {
  CURLM* multi = nullptr;
  std::set<std::string> origins = {};
};

/// Lanes that are not in use. One serves one transfer at a time, in the thread that reads it: so every layer decrypts on
/// its own core, and nothing is copied between threads.
class HttpClient::Connections {
 public:
  ~Connections() {
    for (const Lane& lane : idle_) ::curl_multi_cleanup(lane.multi);
  }

  /// One that has been there before, if there is any.
  Lane take(const std::string& origin) {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return {::curl_multi_init(), {origin}};
    auto best = std::find_if(idle_.begin(), idle_.end(), [&](const Lane& lane) {
      return lane.origins.contains(origin);
    });
    if (best == idle_.end()) best = std::prev(idle_.end());
    Lane lane = std::move(*best);
    idle_.erase(best);
    lane.origins.insert(origin);
    return lane;
  }

  void give_back(Lane lane) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(lane));
  }

 private:
  std::mutex mutex_;
  std::vector<Lane> idle_;
};

/// One request and its answer.
class HttpResponse::Exchange {
 public:
  Exchange(std::shared_ptr<HttpClient::Connections> connections,
           const std::string& origin,
           const HttpLimits& limits,
           const std::atomic<bool>* cancelled)
      : connections_(std::move(connections)),
        lane_(connections_->take(origin)),
        multi_(lane_.multi),
        easy_(::curl_easy_init()),
        limits_(limits),
        cancelled_(cancelled) {}

  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  ~Exchange() {
    if (added_) ::curl_multi_remove_handle(multi_, easy_);
    ::curl_easy_cleanup(easy_);
    ::curl_slist_free_all(headers_);
    connections_->give_back(std::move(lane_));
  }

  void prepare(const HttpRequest& request,
               const Url& url,
               const TlsOptions& tls,
               bool may_be_link_local);

  /// Until the head has come.
  void start();

  std::size_t read(void* buffer, std::size_t size);

  int status = 0;
  std::map<std::string, std::string> head;
  Url url;

 private:
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self);
  static std::size_t on_upload(char* buffer, std::size_t, std::size_t size, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);
  static curl_socket_t on_socket(void* self, curlsocktype, curl_sockaddr* address);

  template <typename Value>
  void set(CURLoption option, Value value) {
    if (::curl_easy_setopt(easy_, option, value) != CURLE_OK) {
      base::fail(Kind::bug, "libcurl does not know option {}", static_cast<int>(option));
    }
  }

  void set_method(const HttpRequest& request);
  void set_tls(const TlsOptions& tls);
  void set_authorities(const TlsOptions& tls);
  void set_proxy();
  bool take_header(std::string_view line);
  std::size_t take_body(const char* data, std::size_t size);
  std::size_t take_spilled(void* buffer, std::size_t size);
  void step();
  void wait();
  void watch_stall(Clock::duration waited);
  std::string refusal_to_connect() const;
  [[noreturn]] void fail_transfer() const;

  std::shared_ptr<HttpClient::Connections> connections_;
  HttpClient::Lane lane_;
  CURLM* multi_;
  CURL* easy_;
  HttpLimits limits_;
  const std::atomic<bool>* cancelled_;
  curl_slist* headers_ = nullptr;
  std::string form_;
  char error_[CURL_ERROR_SIZE] = {};
  bool added_ = false, head_done_ = false, done_ = false, paused_ = false;
  bool link_local_allowed_ = true, link_local_refused_ = false;
  CURLcode result_ = CURLE_OK;
  std::size_t head_size_ = 0;
  std::string last_header_;

  char* target_ = nullptr;  // the reader's buffer, while read() runs
  std::size_t room_ = 0, got_ = 0;
  std::string spill_;  // what came beyond it: less than one chunk
  std::size_t spill_at_ = 0;

  HttpBody body_;
  std::int64_t sent_ = 0;
  std::exception_ptr body_failure_;  // what its source threw below libcurl's frames

  Clock::duration window_{};  // time spent waiting for the peer, and what came or went in it
  std::int64_t window_bytes_ = 0;
};

void HttpResponse::Exchange::prepare(const HttpRequest& request,
                                     const Url& to,
                                     const TlsOptions& tls,
                                     bool may_be_link_local) {
  url = to;
  link_local_allowed_ = may_be_link_local;
  set(CURLOPT_URL, url.text.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits_.connect.count()));
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_USERAGENT, "berth/" BERTH_VERSION);
  set(CURLOPT_BUFFERSIZE, kBufferSize);
  set(CURLOPT_ERRORBUFFER, error_);
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_OPENSOCKETFUNCTION, &on_socket);
  set(CURLOPT_OPENSOCKETDATA, this);
  for (const auto& header : request.headers)
    headers_ = ::curl_slist_append(headers_, header.c_str());
  if (!request.authorization.empty()) {
    headers_ = ::curl_slist_append(headers_, ("Authorization: " + request.authorization).c_str());
  }
  set_method(request);
  set(CURLOPT_HTTPHEADER, headers_);
  set_tls(tls);
  set_proxy();
}

void HttpResponse::Exchange::set_method(const HttpRequest& request) {
  if (request.form) {
    form_ = *request.form;
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(form_.size()));
    set(CURLOPT_POSTFIELDS, form_.c_str());
  } else if (request.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (!request.method.empty()) {
    body_ = request.body;
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(body_.size));
    set(CURLOPT_UPLOAD_BUFFERSIZE, kBufferSize);
    set(CURLOPT_READFUNCTION, &on_upload);
    set(CURLOPT_READDATA, this);
    set(CURLOPT_SEEKFUNCTION, &on_seek);
    set(CURLOPT_SEEKDATA, this);
    // Else libcurl waits a second for a "100 Continue" that not every server sends.
    headers_ = ::curl_slist_append(headers_, "Expect:");
  }
}

void HttpResponse::Exchange::set_tls(const TlsOptions& tls) {
  if (!tls.verify) {
    set(CURLOPT_SSL_VERIFYPEER, 0L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
    // Reading the system's authorities takes longer than all the rest of a small pull.
    set(CURLOPT_CAINFO, nullptr);
    set(CURLOPT_CAPATH, nullptr);
  } else {
    set_authorities(tls);
  }
  if (!tls.certificate.empty()) {
    set(CURLOPT_SSLCERT, tls.certificate.c_str());
    set(CURLOPT_SSLKEY, tls.key.c_str());
  }
}

void HttpResponse::Exchange::set_authorities(const TlsOptions& tls) {
  // Like other tools, but unlike libcurl by itself, honour OpenSSL's variable.
  const char* bundle = ::curl_version_info(CURLVERSION_NOW)->cainfo;
  const std::string system = base::environment("SSL_CERT_FILE").value_or(bundle ? bundle : "");
  if (!tls.authorities.empty()) {
    std::string all =
        (system.empty() ? "" : base::find_file_text(system).value_or("")) + "\n" + tls.authorities;
    curl_blob blob{all.data(), all.size(), CURL_BLOB_COPY};
    set(CURLOPT_CAINFO_BLOB, &blob);
  } else if (!system.empty()) {
    set(CURLOPT_CAINFO, system.c_str());
  }
}

/// libcurl reads the environment itself, but only the lower-case http_proxy, and it proxies
/// loopback.
void HttpResponse::Exchange::set_proxy() {
  if (is_loopback_host(url.host)) {
    set(CURLOPT_NOPROXY, "*");
  } else if (!url.is_https() && !base::environment("http_proxy")) {
    if (const auto proxy = base::environment("HTTP_PROXY")) set(CURLOPT_PROXY, proxy->c_str());
  }
}

std::size_t HttpResponse::Exchange::on_header(char* data,
                                              std::size_t,
                                              std::size_t size,
                                              void* self) {
  return static_cast<Exchange*>(self)->take_header({data, size}) ? size : 0;
}

std::size_t HttpResponse::Exchange::on_body(char* data, std::size_t, std::size_t size, void* self) {
  return static_cast<Exchange*>(self)->take_body(data, size);
}

std::size_t HttpResponse::Exchange::on_upload(char* buffer,
                                              std::size_t,
                                              std::size_t size,
                                              void* self) {
  auto* exchange = static_cast<Exchange*>(self);
  try {
    const auto rest = static_cast<std::size_t>(exchange->body_.size - exchange->sent_);
    const std::size_t wanted = std::min(size, rest);
    const std::size_t n = wanted ? exchange->body_.read(exchange->sent_, buffer, wanted) : 0;
    exchange->sent_ += static_cast<std::int64_t>(n);
    exchange->window_bytes_ += static_cast<std::int64_t>(n);
    return n;
  } catch (...) {  // NOLINT: a C frame is above
    exchange->body_failure_ = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

int HttpResponse::Exchange::on_seek(void* self, curl_off_t offset, int origin) {
  auto* exchange = static_cast<Exchange*>(self);
  if (origin != SEEK_SET || offset < 0 || offset > exchange->body_.size)
    return CURL_SEEKFUNC_CANTSEEK;
  exchange->sent_ = offset;
  return CURL_SEEKFUNC_OK;
}

/// Names may resolve to anything: what counts is the address that is connected to.
curl_socket_t HttpResponse::Exchange::on_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto* exchange = static_cast<Exchange*>(self);
  if (!exchange->link_local_allowed_ && is_link_local(&address->addr)) {
    exchange->link_local_refused_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// One line of the head; false gives up.
bool HttpResponse::Exchange::take_header(std::string_view line) {
  head_size_ += line.size();
  if (head_size_ > kMostHeaders) return false;
  if (line.starts_with("HTTP/")) {  // a new head: what came before was a 100 or 103
    head.clear();
    last_header_.clear();
    const auto space = line.find(' ');
    status =
        base::parse_number<int>(base::trim(line.substr(std::min(space, line.size())).substr(0, 4)))
            .value_or(0);
    return true;
  }
  if (base::trim(line).empty()) {
    head_done_ = status >= 200;
    return true;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || head_done_) return true;
  std::string& value = head[base::lower(line.substr(0, colon))];
  if (!value.empty()) value += ", ";
  value += base::trim(line.substr(colon + 1));
  return true;
}

std::size_t HttpResponse::Exchange::take_body(const char* data, std::size_t size) {
  if (room_ == got_ && !spill_.empty()) {
    paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  const std::size_t direct = std::min(size, room_ - got_);
  if (direct) std::memcpy(target_ + got_, data, direct);
  got_ += direct;
  spill_.append(data + direct, size - direct);
  window_bytes_ += static_cast<std::int64_t>(size);
  return size;
}

std::size_t HttpResponse::Exchange::take_spilled(void* buffer, std::size_t size) {
  const std::size_t n = std::min(size, spill_.size() - spill_at_);
  std::memcpy(buffer, spill_.data() + spill_at_, n);
  spill_at_ += n;
  if (spill_at_ == spill_.size()) {
    spill_.clear();
    spill_at_ = 0;
  }
  return n;
}

void HttpResponse::Exchange::step() {
  int running = 0;
  if (::curl_multi_perform(multi_, &running) != CURLM_OK)
    base::fail(Kind::bug, "libcurl cannot go on");
  int left = 0;
  while (const CURLMsg* message = ::curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    done_ = true;
    result_ = message->data.result;
  }
}

void HttpResponse::Exchange::wait() {
  base::check_interrupt();
  if (cancelled_ && *cancelled_) base::fail(Kind::remote, "{}: given up", url.shown());
  const auto before = Clock::now();
  ::curl_multi_poll(multi_, nullptr, 0, kTick, nullptr);
  watch_stall(Clock::now() - before);
}

/// Counts only time spent waiting for the peer: a reader may take its time.
void HttpResponse::Exchange::watch_stall(Clock::duration waited) {
  window_ += waited;
  // A registry reads, hashes and moves the whole blob before it answers.
  const bool is_digesting = body_.size > 0 && sent_ == body_.size && !head_done_;
  if (window_ < limits_.stall * (is_digesting ? kDigesting : 1)) return;
  const auto least = limits_.slowest * limits_.stall.count() / 1000;
  if (window_bytes_ < least) {
    base::fail(Kind::io,
               "{}: the transfer stalled: {} bytes in {} s",
               url.shown(),
               window_bytes_,
               std::chrono::duration_cast<std::chrono::seconds>(window_).count());
  }
  window_ = {};
  window_bytes_ = 0;
}

void HttpResponse::Exchange::start() {
  if (!easy_ || !multi_) base::fail(Kind::io, "out of memory");
  if (::curl_multi_add_handle(multi_, easy_) != CURLM_OK)
    base::fail(Kind::bug, "libcurl cannot start");
  added_ = true;
  for (;;) {
    step();
    if (head_done_) return;
    if (done_) break;
    wait();
  }
  if (result_ == CURLE_OK) base::fail(Kind::remote, "{}: the answer is no HTTP", url.shown());
  fail_transfer();
}

std::size_t HttpResponse::Exchange::read(void* buffer, std::size_t size) {
  if (!spill_.empty()) return take_spilled(buffer, size);
  target_ = static_cast<char*>(buffer);
  room_ = size;
  got_ = 0;
  while (got_ == 0) {
    if (std::exchange(paused_, false)) {
      ::curl_easy_pause(easy_, CURLPAUSE_CONT);  // brings what was held back
      continue;
    }
    if (!done_) step();
    if (got_ > 0 || paused_) continue;
    if (done_) break;
    wait();
  }
  const std::size_t got = std::exchange(got_, 0);
  room_ = 0;
  if (got == 0 && result_ != CURLE_OK) fail_transfer();
  return got;
}

/// In the words that docker's and podman's users grep for; empty where the system did not say why.
std::string HttpResponse::Exchange::refusal_to_connect() const {
  long number = 0;
  ::curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &number);
  if (number == 0) return {};
  return fmt::format("dial tcp {}:{}: connect: {}",
                     url.host,
                     url.port,
                     base::lower(std::strerror(static_cast<int>(number))));
}

void HttpResponse::Exchange::fail_transfer() const {
  if (body_failure_) std::rethrow_exception(body_failure_);
  if (link_local_refused_) {
    base::fail(Kind::remote, "{}: refusing to be sent to a link-local address", url.shown());
  }
  // Of a line that is too long for it libcurl said, before 8.6, that the memory is used up.
  constexpr int kTooLarge = 100;
  const bool is_too_large =
      result_ == CURLE_OUT_OF_MEMORY || static_cast<int>(result_) == kTooLarge;
  if (!head_done_ && (head_size_ > kMostHeaders || is_too_large))
    base::fail(Kind::remote, "{}: the head of the answer is too long", url.shown());
  std::string why = *error_ ? error_ : ::curl_easy_strerror(result_);
  // What plain http looks like to TLS, in the words that docker's users know.
  if (why.find("wrong version number") != std::string::npos) {
    why = "server gave HTTP response to HTTPS client";
  }
  if (result_ == CURLE_COULDNT_CONNECT) {
    const std::string refusal = refusal_to_connect();
    if (!refusal.empty()) why = refusal;
  }
  switch (result_) {
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      base::fail(Kind::io, "{}: {}", url.shown(), base::printable(why));
    default:
      base::fail(Kind::remote, "{}: {}", url.shown(), base::printable(why));
  }
}

HttpResponse::HttpResponse(std::unique_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

HttpResponse::HttpResponse(HttpResponse&&) noexcept = default;
HttpResponse& HttpResponse::operator=(HttpResponse&&) noexcept = default;
HttpResponse::~HttpResponse() = default;

int HttpResponse::status() const {
  return exchange_->status;
}

std::string HttpResponse::header(const std::string& name) const {
  const auto found = exchange_->head.find(name);
  return found == exchange_->head.end() ? "" : found->second;
}

const Url& HttpResponse::url() const {
  return exchange_->url;
}

std::size_t HttpResponse::read(void* buffer, std::size_t size) {
  return exchange_->read(buffer, size);
}

std::string HttpResponse::read_all(std::size_t most) {
  std::string body;
  char buffer[16384];
  while (const std::size_t n = read(buffer, sizeof buffer)) {
    if (body.size() + n > most) {
      base::fail(Kind::remote, "{}: the answer is larger than {} bytes", url().shown(), most);
    }
    body.append(buffer, n);
  }
  return body;
}

void HttpResponse::drain() {
  char buffer[16384];
  std::size_t total = 0;
  while (total < kMostDrained) {
    const std::size_t n = read(buffer, sizeof buffer);
    if (n == 0) return;
    total += n;
  }
}

HttpClient::HttpClient(HttpLimits limits, TlsFor tls_for, const std::atomic<bool>* cancelled)
    : limits_(limits),
      tls_for_(std::move(tls_for)),
      cancelled_(cancelled),
      connections_(std::make_shared<Connections>()) {
  initialize_once();
}

HttpClient::~HttpClient() = default;

HttpResponse HttpClient::send_once(const HttpRequest& request,
                                   const Url& url,
                                   const std::string& known_host) {
  const bool known = url.host == known_host;
  if (!known && is_link_local_host(url.host)) {
    base::fail(Kind::remote, "{}: refusing to be sent to a link-local address", url.shown());
  }
  auto exchange = std::make_unique<HttpResponse::Exchange>(
      connections_, fmt::format("{}:{}", url.host, url.port), limits_, cancelled_);
  exchange->prepare(request, url, tls_for_(url), known);
  exchange->start();
  return HttpResponse(std::move(exchange));
}

namespace {

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// What changes something may be sent on only where the server says that it is to stay what it is.
bool may_be_sent_on(const HttpRequest& request, int status, const Url& from, const Url& to) {
  if (request.form) return to.has_origin_of(from);
  const bool changes = !request.method.empty() && request.method != "HEAD";
  return !changes || status == 307 || status == 308;
}

}  // namespace

HttpBody body_of(const std::string& text) {
  return {static_cast<std::int64_t>(text.size()),
          [&text](std::int64_t offset, void* buffer, std::size_t size) {
            const auto at = static_cast<std::size_t>(offset);
            const std::size_t n = std::min(size, text.size() - at);
            std::memcpy(buffer, text.data() + at, n);
            return n;
          }};
}

HttpResponse HttpClient::send(HttpRequest request) {
  const Url origin = parse_url(request.url);
  const std::string known = request.named_by.empty() ? origin.host : request.named_by;
  Url url = origin;
  for (int hops = 0;; ++hops) {
    HttpResponse response = send_once(request, url, known);
    const std::string location = response.header("location");
    if (!is_redirect(response.status()) || location.empty()) return response;
    if (hops == limits_.redirects)
      base::fail(Kind::remote, "{}: too many redirects", origin.shown());
    const Url next =
        base::in_context(url.shown() + ": redirect", [&] { return resolve_url(url, location); });
    if (url.is_https() && !next.is_https()) {
      base::fail(
          Kind::remote, "{}: refusing a redirect from https to {}", url.shown(), next.shown());
    }
    if (!may_be_sent_on(request, response.status(), url, next))
      base::fail(Kind::remote, "{}: refusing to post to {}", url.shown(), next.shown());
    if (!next.has_origin_of(url)) request.authorization.clear();
    response.drain();
    url = next;
  }
}

}  // namespace image
