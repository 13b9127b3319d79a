// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/auth.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "image/transfer/foreign.hpp"

namespace image {

namespace {

using base::Kind;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostToken = 1 << 20;
constexpr std::int64_t kUsualLife = 60;  // seconds, by the token specification

struct TokenAnswer {
  std::string token, access_token;
  std::int64_t expires_in = kUsualLife;
};

template <typename Io>
void fields(Io& io, TokenAnswer& a) {
  io.maybe("token", a.token);
  io.maybe("access_token", a.access_token);
  io.maybe("expires_in", a.expires_in);
}

bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// Takes the header apart as RFC 9110 has it.
class ChallengeParser {
 public:
  explicit ChallengeParser(std::string_view text) : rest_(text) {}

  std::vector<Challenge> parse() {
    for (skip(", \t"); !rest_.empty(); skip(", \t")) {
      const std::string word = base::lower(token());
      if (word.empty()) return std::move(list_);  // nothing that we know how to read
      skip(" \t");
      if (!rest_.empty() && rest_[0] == '=' && !list_.empty()) {
        rest_.remove_prefix(1);
        list_.back().parameters[word] = value();
      } else {
        list_.push_back({word, {}});
      }
    }
    return std::move(list_);
  }

 private:
  void skip(std::string_view blanks) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
  }

  std::string token() {
    std::size_t end = 0;
    while (end < rest_.size() && is_token_char(rest_[end])) ++end;
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return text;
  }

  std::string value() {
    skip(" \t");
    if (rest_.empty() || rest_[0] != '"') return token();
    std::string text;
    std::size_t i = 1;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      text += rest_[i];
    }
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
    return text;
  }

  std::string_view rest_;
  std::vector<Challenge> list_;
};

std::string basic_value(const Credentials& c) {
  return "Basic " + encode_base64(c.user + ":" + c.password);
}

/// A header made of what a stranger sent must stay one header.
bool is_clean(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

std::string read_token(HttpResponse& response) {
  const std::string body = response.read_all(kMostToken);
  const auto answer = read_foreign<TokenAnswer>(body, response.url().shown() + ": answer");
  const std::string token = answer.token.empty() ? answer.access_token : answer.token;
  if (token.empty() || !is_clean(token)) {
    base::fail(Kind::remote, "{}: the answer holds no token", response.url().shown());
  }
  return token;
}

std::string cache_key(const Url& registry, const Reference& reference) {
  return fmt::format(
      "{}://{}:{}/{}", registry.scheme, registry.host, registry.port, reference.path);
}

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view header) {
  return ChallengeParser(header).parse();
}

std::string Authenticator::authorization(const Url& registry, const Reference& reference) {
  const std::lock_guard lock(mutex_);
  const auto found = grants_.find(cache_key(registry, reference));
  if (found == grants_.end() || found->second.expires < Clock::now()) return {};
  return found->second.authorization;
}

bool Authenticator::answer(const Url& registry,
                           const Reference& reference,
                           const std::string& challenges,
                           const std::string& refused) {
  // One asks, the others wait: their layers want the same token.
  const std::lock_guard lock(mutex_);
  Grant& known = grants_[cache_key(registry, reference)];
  if (!known.authorization.empty() && known.authorization != refused) return true;
  const auto offered = parse_challenges(challenges);
  for (const std::string_view scheme : {"bearer", "basic"}) {
    const auto challenge = std::find_if(
        offered.begin(), offered.end(), [&](const Challenge& c) { return c.scheme == scheme; });
    if (challenge == offered.end()) continue;
    auto grant = scheme == "bearer" ? bearer(registry, reference, *challenge) : basic(reference);
    if (!grant || grant->authorization == refused) return false;
    known = std::move(*grant);
    return true;
  }
  return false;
}

const std::optional<Credentials>& Authenticator::credentials_for(const Reference& reference) {
  const auto [found, is_new] = known_.try_emplace(reference.repository());
  if (is_new) found->second = credentials_.find(reference);
  return found->second;
}

std::optional<Authenticator::Grant> Authenticator::basic(const Reference& reference) {
  const auto& credentials = credentials_for(reference);
  if (!credentials || credentials->user.empty()) return std::nullopt;
  return Grant{basic_value(*credentials), Clock::time_point::max()};
}

std::optional<Authenticator::Grant> Authenticator::bearer(const Url& registry,
                                                          const Reference& reference,
                                                          const Challenge& challenge) {
  const auto& credentials = credentials_for(reference);
  if (credentials && !credentials->registry_token.empty()) {
    return Grant{"Bearer " + credentials->registry_token, Clock::time_point::max()};
  }
  const std::string realm = challenge.parameter("realm");
  const Url realm_url =
      base::in_context("token server", [&] { return resolve_url(registry, realm); });
  if (registry.is_https() && !realm_url.is_https()) {
    base::fail(Kind::remote, "refusing to ask for a token without TLS at {}", realm_url.shown());
  }
  HttpRequest request = token_request(challenge, reference);
  request.url = realm_url.text + (request.form ? "" : request.url);
  request.named_by = registry.host;
  HttpResponse response = http_.send(std::move(request));
  const int status = response.status();
  if (status == 400 || status == 401 || status == 403) {
    response.drain();
    return std::nullopt;
  }
  if (status != 200)
    base::fail(Kind::remote, "{}: unexpected status {}", realm_url.shown(), status);
  // A token that is refused is got anew, so its lifetime need not be known to the second.
  return Grant{"Bearer " + read_token(response), Clock::time_point::max()};
}

/// What the registry asks for, if it says so, and what the command will need anyway: a token serves it to its end.
std::vector<std::string> Authenticator::scopes(const std::string& asked,
                                               const Reference& reference) const {
  const std::string pull = "repository:" + reference.path + ":pull";
  std::vector<std::string> all;
  for (const auto& scope : base::split(asked, ' ')) {
    const bool is_part = purpose_ == Purpose::push && (scope == pull || scope == pull + ",push");
    if (!scope.empty() && !is_part) all.push_back(scope);
  }
  if (purpose_ == Purpose::push) all.insert(all.begin(), pull + ",push");
  if (purpose_ == Purpose::pull && all.empty()) all.push_back(pull);
  return all;
}

/// The request for a token; its url holds the query only.
HttpRequest Authenticator::token_request(const Challenge& challenge, const Reference& reference) {
  const auto& credentials = credentials_for(reference);
  const std::string service = challenge.parameter("service");
  const auto wanted = scopes(challenge.parameter("scope"), reference);
  HttpRequest request{.url = {}};
  if (credentials && !credentials->identity_token.empty()) {
    request.form = "grant_type=refresh_token&client_id=berth&service=" + percent_encode(service) +
                   "&scope=" + percent_encode(base::join(wanted, " ")) +
                   "&refresh_token=" + percent_encode(credentials->identity_token);
    return request;
  }
  const bool has_query = challenge.parameter("realm").find('?') != std::string::npos;
  std::vector<std::string> query;
  for (const auto& scope : wanted) query.push_back("scope=" + percent_encode(scope));
  if (!service.empty()) query.push_back("service=" + percent_encode(service));
  if (credentials && !credentials->user.empty()) {
    query.push_back("account=" + percent_encode(credentials->user));
    request.authorization = basic_value(*credentials);
  }
  if (!query.empty()) request.url = (has_query ? "&" : "?") + base::join(query, "&");
  return request;
}

}  // namespace image
