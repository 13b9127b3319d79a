// SPDX-License-Identifier: Apache-2.0
// The flags that run and create share. Values are parsed when they are read; what docker decides only after all flags
// are there (files, what relates two flags) is decided by finish().
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "container/options.hpp"
#include "errors.hpp"
#include "options/preserved.hpp"
#include "options/registry_flags.hpp"
#include "options/variables.hpp"

namespace cli {

enum class PullPolicy { missing, always, never };

/// What the flags were set to. `options` holds what was complete at once; the lists are texts that finish() reads.
struct CreateFlags {
  container::CreateOptions options;
  std::optional<std::string> entrypoint;
  Variables variables;
  std::vector<std::string> labels, label_files;
  std::vector<std::string> volumes, tmpfs, devices;
  std::vector<container::MountOption> mounts;
  std::vector<std::string> networks, network_aliases, publish, expose;
  std::vector<std::string> pasta_options, default_host_ips;
  std::vector<std::string> security, log_options;
  std::map<std::string, container::Ulimit> ulimits;
  std::vector<std::string> uid_maps, gid_maps, secrets;
  Preserved preserved;
  bool rootfs = false;  ///< the first word is a directory, not an image
  std::string systemd, gpus, default_mounts;
  std::string os, architecture, variant;
  std::string subuid_name, subgid_name;
  std::string pid, uts, ipc, user_namespace, cgroup_namespace;
  std::string restart, pull = "missing", mac;
  bool replace = false;  ///< an existing container of this name is removed first
  bool env_host = false, http_proxy = false;
  bool passwd = true;
  RegistryFlags registry;
  bool quiet = false;   ///< a pull tells nothing
  bool podman = false;  ///< values are read as podman reads them, and refused in its words
  std::optional<bool> given_remove;  ///< --rm as it was given
};

/// Podman's defaults and rules, where they differ.
void set_podman_defaults(CreateFlags& flags);

/// Calls `read`. Podman looks at most values after all flags are there: its error says `context`, not the flag.
template <typename Read>
void read_value(const CreateFlags& flags, const std::string& context, Read read) {
  if (!flags.podman) return read();
  try {
    read();
  } catch (const base::Error& error) {
    if (error.kind() != base::Kind::usage) throw;
    client_fail("{}{}", context, error.message());
  }
}

/// Declares the flags; `flags` must live as long as the table.
void add_create_flags(FlagTable& table, CreateFlags& flags);

/// What the user asked for; image and command are the verb's to add. Throws ClientError where docker's client refuses,
/// and base::Error (usage, unsupported) where its engine does.
container::CreateOptions finish(const CreateFlags& flags);

/// --pull. Throws ClientError.
PullPolicy pull_policy(const CreateFlags& flags);

}  // namespace cli
