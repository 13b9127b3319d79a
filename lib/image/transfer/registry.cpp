// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/registry.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "image/transfer/foreign.hpp"

namespace image {

namespace {

using base::Kind;

constexpr std::size_t kMostErrorBody = 64 * 1024;
constexpr std::size_t kMostTagPage = 4 << 20;
constexpr std::size_t kMostTags = 100'000;
constexpr int kMostPages = 1000;
constexpr int kMostChallenges = 3;

struct ServerError {
  std::string code, message;
};

template <typename Io>
void fields(Io& io, ServerError& e) {
  io.maybe("code", e.code);
  io.maybe("message", e.message);
}

struct ServerErrors {
  std::vector<ServerError> errors;
};

template <typename Io>
void fields(Io& io, ServerErrors& e) {
  io.maybe("errors", e.errors);
}

struct TagList {
  std::vector<std::string> tags;
};

template <typename Io>
void fields(Io& io, TagList& l) {
  io.maybe("tags", l.tags);
}

/// ": code: message" of a registry's error body, or nothing when there is none.
std::string server_message(HttpResponse& response) {
  try {
    const auto answer = read_foreign<ServerErrors>(response.read_all(kMostErrorBody), "answer");
    if (answer.errors.empty()) return {};
    const auto& first = answer.errors.front();
    const std::string text = base::lower(first.code) + ": " + first.message;
    return ": " + shown(text, 500);
  } catch (const base::Error&) {
    return {};  // an error page for people
  }
}

bool may_pass(int status) {
  return status == 408 || status == 429 || status >= 500;
}

std::string accepted_manifests() {
  return std::string("Accept: ") + kOciIndex + ", " + kOciManifest + ", " + kDockerList + ", " +
         kDockerManifest;
}

/// "https://host/v2/: why" as Go's clients say it.
std::string as_get(const std::string& message) {
  const auto end = message.find("/: ");
  if (end == std::string::npos) return message;
  return "Get \"" + message.substr(0, end + 1) + "\": " + message.substr(end + 3);
}

/// What a registry calls a tag need not be one, and becomes part of an address and of a name.
void check_tag(const std::string& tag) {
  try {
    if (parse_reference("x:" + tag).tag == tag) return;
  } catch (const base::Error&) {
    // it is told below
  }
  base::fail(Kind::corrupt, "the registry's tag \"{}\" is none", shown(tag));
}

/// The address of `Link: <address>; rel="next"`.
std::string next_link(const std::string& header) {
  const auto begin = header.find('<'), end = header.find('>');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  if (header.find("next", end) == std::string::npos) return {};
  return header.substr(begin + 1, end - begin - 1);
}

}  // namespace

bool is_insecure(const Endpoint& endpoint, std::optional<bool> tls_verify) {
  if (tls_verify) return !*tls_verify;
  return endpoint.insecure || is_loopback_host(endpoint.reference.domain);
}

Registry::Registry(RegistryServices services, Endpoint endpoint, std::optional<bool> tls_verify)
    : services_(services), endpoint_(std::move(endpoint)), tls_verify_(tls_verify) {}

const Url& Registry::root() {
  const std::lock_guard lock(mutex_);
  if (!root_) root_ = find_root();
  return *root_;
}

/// Docker Hub is known by a name it is not reached by. Insecure registries speak https, or else http.
Url Registry::find_root() {
  const std::string& domain = endpoint_.reference.domain;
  const std::string host = domain == "docker.io" ? "registry-1.docker.io" : domain;
  const Url secure = parse_url("https://" + host + "/v2/");
  if (!is_insecure(endpoint_, tls_verify_)) return secure;
  const Url plain = parse_url("http://" + host + "/v2/");
  try {
    services_.http.send({.url = secure.text}).drain();
    return secure;
  } catch (const base::Error& e) {
    base::debug("{}: trying http", e.message());
    return plain;
  }
}

/// What a registry that knows the user but not his right says, and one that knows neither.
void Registry::deny(int status, const std::string& why, const std::string& challenges) {
  const std::string name = endpoint_.reference.familiar_repository();
  if (services_.purpose == Purpose::login) deny_login(challenges);
  if (services_.podman) {
    const std::string usual =
        status == 403 ? "requested access to the resource is denied" : "authentication required";
    base::fail(Kind::denied, "{}", why.empty() ? usual : why.substr(2));
  }
  if (services_.purpose == Purpose::push) {
    base::fail(Kind::denied,
               "push access denied, repository does not exist or may require authorization: server "
               "message: {}",
               why.empty() ? fmt::format("{}: authorization failed", status) : why.substr(2));
  }
  base::fail(Kind::denied,
             "pull access denied for {}, repository does not exist or may require 'docker login'{}",
             name,
             why);
}

void Registry::deny_login(const std::string& challenges) {
  const auto offered = parse_challenges(challenges);
  const bool has_tokens = std::any_of(
      offered.begin(), offered.end(), [](const auto& one) { return one.scheme == "bearer"; });
  if (has_tokens)
    base::fail(
        Kind::denied, "Get \"{}\": unauthorized: incorrect username or password", root().text);
  base::fail(Kind::denied, "login attempt to {} failed with status: 401 Unauthorized", root().text);
}

/// A registry that was never reached is told as one: podman looks whether it is there first, and a login is no more.
HttpResponse Registry::exchange(const HttpRequest& request) {
  try {
    HttpResponse response = services_.http.send(request);
    was_reached_ = true;
    return response;
  } catch (const base::Error& e) {
    const bool is_login = services_.purpose == Purpose::login;
    if (was_reached_ || (!services_.podman && !is_login)) throw;
    const base::Error told(e.kind(), is_login ? as_get(e.message()) : e.message());
    if (!services_.podman) throw told;
    throw told.in("pinging container registry " + endpoint_.reference.domain);
  }
}

HttpResponse Registry::send_authorized(HttpRequest request) {
  // Where a registry has its blobs sent to may be somebody else's, who gets no password.
  const bool is_own = parse_url(request.url).has_origin_of(root());
  request.named_by = parse_url(root().text).host;
  for (int round = 0;; ++round) {
    if (is_own) request.authorization = services_.auth.authorization(root(), endpoint_.reference);
    HttpResponse response = exchange(request);
    // A challenge of somebody we were sent on to is none of ours.
    if (response.status() != 401 || !response.url().has_origin_of(root())) return response;
    const std::string challenges = response.header("www-authenticate");
    const std::string why = server_message(response);
    const bool go_on =
        round < kMostChallenges &&
        services_.auth.answer(root(), endpoint_.reference, challenges, request.authorization);
    if (!go_on) deny(401, why, challenges);
  }
}

/// Any answer but an error, and 404, which is the caller's to judge.
HttpResponse Registry::send(const HttpRequest& request, Patience& patience) {
  HttpResponse response = send_authorized(request);
  const int status = response.status();
  if ((status >= 200 && status < 300) || status == 404) return response;
  const std::string why = server_message(response);
  if (status == 401 || status == 403) deny(status, why);
  const auto pause = base::parse_number<int>(response.header("retry-after")).value_or(0);
  if (may_pass(status)) patience.ask_for(std::chrono::seconds(std::max(pause, 0)));
  base::fail(may_pass(status) ? Kind::io : Kind::remote,
             "unexpected status from {} request to {}: {}{}",
             request.method.empty() ? "GET" : request.method,
             response.url().shown(),
             status,
             why);
}

HttpResponse Registry::get(const Url& url,
                           const std::vector<std::string>& headers,
                           Patience& patience) {
  return send({.url = url.text, .headers = headers}, patience);
}

void Registry::check_access() {
  patiently([&](Patience& waiting) { get(root(), {}, waiting).drain(); });
}

std::optional<Document> Registry::find_manifest(const std::string& tag_or_digest) {
  return patiently([&](Patience& waiting) -> std::optional<Document> {
    const Url url = resolve_url(root(), path("/manifests/" + tag_or_digest));
    HttpResponse response = get(url, {accepted_manifests()}, waiting);
    if (response.status() == 404) {
      response.drain();
      return std::nullopt;
    }
    return read_manifest(response, tag_or_digest);
  });
}

Document Registry::read_manifest(HttpResponse& response, const std::string& tag_or_digest) {
  const std::string type = response.header("content-type");
  const std::string promised = response.header("docker-content-digest");
  Document document = read_document(response.read_all(kMostManifest), type);
  const bool by_digest = tag_or_digest.find(':') != std::string::npos;
  const std::string& wanted = by_digest ? tag_or_digest : promised;
  if (by_digest || promised.starts_with("sha256:")) {
    if (document.digest != wanted) {
      base::fail(
          Kind::corrupt, "the manifest has digest {}, not {}", document.digest, shown(wanted));
    }
  }
  return document;
}

std::vector<std::string> Registry::tags() {
  std::vector<std::string> tags;
  std::optional<Url> next = resolve_url(root(), path("/tags/list?n=1000"));
  std::set<std::string> known;
  for (int page = 0; next && page < kMostPages && tags.size() < kMostTags; ++page) {
    const std::size_t before = tags.size();
    std::vector<std::string> more;
    next = read_tags(*next, more);
    for (auto& tag : more) {
      check_tag(tag);
      if (known.insert(tag).second) tags.push_back(std::move(tag));
    }
    if (tags.size() == before) break;  // the registry sends us in a circle
  }
  return tags;
}

/// One page; returns the address of the next one.
std::optional<Url> Registry::read_tags(const Url& url, std::vector<std::string>& tags) {
  return patiently([&](Patience& waiting) -> std::optional<Url> {
    HttpResponse response = get(url, {}, waiting);
    if (response.status() == 404) {
      base::fail(Kind::not_found, "{}: not found", endpoint_.reference.repository());
    }
    const std::string next = next_link(response.header("link"));
    const auto page = read_foreign<TagList>(response.read_all(kMostTagPage), "tag list");
    tags = page.tags;
    if (next.empty() || page.tags.empty()) return std::nullopt;
    const Url resolved = resolve_url(url, next);
    if (!resolved.has_origin_of(url))
      base::fail(Kind::remote, "the tag list goes on at another server");
    return resolved;
  });
}

HttpResponse Registry::open_blob(const std::string& digest,
                                 std::int64_t offset,
                                 Patience& patience) {
  std::vector<std::string> headers;
  if (offset > 0) headers.push_back(fmt::format("Range: bytes={}-", offset));
  HttpResponse response = get(resolve_url(root(), path("/blobs/" + digest)), headers, patience);
  if (response.status() == 404)
    base::fail(Kind::not_found, "blob {} is not in the registry", digest);
  return response;
}

}  // namespace image
