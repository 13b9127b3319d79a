// SPDX-License-Identifier: Apache-2.0
// What one command needs to talk to registries: registries.conf, passwords, certificates, connections.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "image/transfer.hpp"
#include "image/transfer/registry.hpp"

namespace image {

/// What does not come from the user's request.
struct RegistrySettings {
  HttpLimits http = {};
  RetryLimits retry = {};
  int parallel = 3;                                              ///< layers at a time
  std::optional<std::vector<std::string>> registries_conf = {};  ///< unset: the usual files
};

class RegistryAccess {
 public:
  /// `options` must outlive it.
  RegistryAccess(const RegistryOptions& options,
                 const RegistrySettings& settings,
                 RetryLimits retry,
                 Purpose purpose);
  RegistryAccess(const RegistryAccess&) = delete;
  RegistryAccess& operator=(const RegistryAccess&) = delete;

  const RegistriesConf& conf() const { return conf_; }

  const CredentialStore& credentials() const { return credentials_; }

  Authenticator& authenticator() { return auth_; }

  HttpClient& http() { return http_; }

  /// All addresses of a repository, mirrors first. Before the first request to any of them.
  std::vector<std::unique_ptr<Registry>> open(const Reference& name);

  /// The repository itself, which is what is written to.
  std::unique_ptr<Registry> open_own(const Reference& name);

  /// Set by whoever wants all transfers to end.
  std::atomic<bool>& cancelled() { return cancelled_; }

 private:
  TlsOptions tls_for(const Url& url) const;

  const RegistryOptions& options_;
  RetryLimits retry_;
  Purpose purpose_;
  RegistriesConf conf_;
  CredentialStore credentials_;
  std::atomic<bool> cancelled_ = false;
  std::set<std::string> insecure_;  // hosts with ports; complete before the first request to them
  HttpClient http_;
  Authenticator auth_;
};

/// What the settings say, and the user instead.
RetryLimits retry_limits(const RegistrySettings& settings,
                         std::optional<int> retries,
                         std::optional<std::int64_t> delay_ms);

}  // namespace image
