// SPDX-License-Identifier: Apache-2.0
// The flags of all that talks to registries: pull, push, run, create, login.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "image/transfer_registry.hpp"

namespace cli {

class FlagTable;
class Session;

struct RegistryFlags {
  image::RegistryOptions options;
  std::optional<int> retries;  ///< of a request that failed on the way
  std::optional<std::int64_t> retry_delay_ms;
};

/// --tls-verify, --authfile, --cert-dir.
void add_trust_flags(FlagTable& table, RegistryFlags& flags);

/// Those, and --creds, --retry and --retry-delay.
void add_registry_flags(FlagTable& table, RegistryFlags& flags);

/// What the flags say, with the dialect. Throws ClientError when a file that they name is not there; asks for a password
/// that --creds lacks.
image::RegistryOptions finish(const Session& session, const RegistryFlags& flags);

/// Throws ClientError when a file that was named is not there.
void require_auth_file(const std::string& path);

}  // namespace cli
