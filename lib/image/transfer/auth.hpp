// SPDX-License-Identifier: Apache-2.0
// Gets a request let in: answers a registry's challenge with Basic credentials or with a bearer
// token, and remembers which for the rest of the process. Safe to use from several threads.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "image/transfer/credentials.hpp"
#include "image/transfer/http.hpp"

namespace image {

/// What a command wants of a registry.
enum class Purpose { pull, push, login };

/// One way a server offers: scheme in lower case, parameters by lower-case name.
struct Challenge {
  std::string scheme;
  std::map<std::string, std::string> parameters;

  std::string parameter(const std::string& name) const {
    const auto found = parameters.find(name);
    return found == parameters.end() ? "" : found->second;
  }
};

/// Reads WWW-Authenticate, which may hold several challenges. What makes no sense is left out.
std::vector<Challenge> parse_challenges(std::string_view header);

class Authenticator {
 public:
  /// `reference` (registry and repository as they are asked for) chooses the credentials and the
  /// scope.
  Authenticator(HttpClient& http,
                const CredentialStore& credentials,
                Purpose purpose = Purpose::pull)
      : http_(http), credentials_(credentials), purpose_(purpose) {}

  /// What to send along to this registry by now; empty before the first challenge.
  std::string authorization(const Url& registry, const Reference& reference);

  /// Answers a 401: gets credentials or a token. False when there is nothing (else) to try:
  /// `refused` was sent and was not enough, or no credentials are known.
  bool answer(const Url& registry,
              const Reference& reference,
              const std::string& challenges,
              const std::string& refused);

 private:
  struct Grant {
    std::string authorization;
    std::chrono::steady_clock::time_point expires;
  };

  std::optional<Grant> basic(const Reference& reference);
  std::optional<Grant> bearer(const Url& registry,
                              const Reference& reference,
                              const Challenge& challenge);
  std::vector<std::string> scopes(const std::string& asked, const Reference& reference) const;
  HttpRequest token_request(const Challenge& challenge, const Reference& reference);
  const std::optional<Credentials>& credentials_for(const Reference& reference);

  HttpClient& http_;
  const CredentialStore& credentials_;
  Purpose purpose_;
  std::mutex mutex_;
  std::map<std::string, Grant> grants_;  // by registry and repository
  std::map<std::string, std::optional<Credentials>> known_;
};

}  // namespace image
