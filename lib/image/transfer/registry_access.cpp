// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/registry_access.hpp"

#include "image/transfer/tls.hpp"

namespace image {

RegistryAccess::RegistryAccess(const RegistryOptions& options,
                               const RegistrySettings& settings,
                               RetryLimits retry,
                               Purpose purpose)
    : options_(options),
      retry_(retry),
      purpose_(purpose),
      conf_(
          RegistriesConf::load(settings.registries_conf.value_or(RegistriesConf::default_files()))),
      credentials_(options.creds,
                   options.authfile,
                   conf_.credential_helpers(),
                   options.podman ? AuthDialect::podman : AuthDialect::docker),
      http_(
          settings.http,
          [this](const Url& url) { return tls_for(url); },
          &cancelled_),
      auth_(http_, credentials_, purpose) {}

TlsOptions RegistryAccess::tls_for(const Url& url) const {
  const std::string& only = options_.cert_dir;
  TlsOptions tls =
      read_certificates(only.empty() ? certificate_directories(url) : std::vector{only});
  const std::string host = fmt::format("{}:{}", url.host, url.port);
  tls.verify = options_.tls_verify.value_or(true) && !insecure_.contains(host);
  return tls;
}

std::vector<std::unique_ptr<Registry>> RegistryAccess::open(const Reference& name) {
  std::vector<std::unique_ptr<Registry>> registries;
  const RegistryServices services{http_, auth_, retry_, &cancelled_, purpose_, options_.podman};
  for (auto& endpoint : conf_.endpoints(name)) {
    if (is_insecure(endpoint, options_.tls_verify)) {
      const Url url = parse_url("https://" + endpoint.reference.domain + "/");
      insecure_.insert(fmt::format("{}:{}", url.host, url.port));
    }
    registries.push_back(
        std::make_unique<Registry>(services, std::move(endpoint), options_.tls_verify));
  }
  return registries;
}

std::unique_ptr<Registry> RegistryAccess::open_own(const Reference& name) {
  return std::move(open(name).back());
}

RetryLimits retry_limits(const RegistrySettings& settings,
                         std::optional<int> retries,
                         std::optional<std::int64_t> delay_ms) {
  RetryLimits limits = settings.retry;
  if (retries) limits.retries = *retries;
  if (delay_ms) limits.first_pause = std::chrono::milliseconds(*delay_ms);
  return limits;
}

}  // namespace image
