// SPDX-License-Identifier: Apache-2.0
// The flags that run and create share. Values are parsed when they are read; what docker decides only after all flags
// are there (files, what relates two flags) is decided by finish().
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "container/options.hpp"
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
  std::vector<std::string> security, log_options;
  std::map<std::string, container::Ulimit> ulimits;
  std::string pid, uts, ipc, user_namespace, cgroup_namespace;
  std::string restart, pull = "missing", mac;
  bool replace = false;  ///< an existing container of this name is removed first
  bool env_host = false, http_proxy = false;
  bool passwd = true;
  bool quiet = false;  ///< a pull tells nothing
};

/// Podman's defaults, where they differ.
void set_podman_defaults(CreateFlags& flags);

/// Declares the flags; `flags` must live as long as the table.
void add_create_flags(FlagTable& table, CreateFlags& flags);

/// What the user asked for; image and command are the verb's to add. Throws ClientError where docker's client refuses,
/// and base::Error (usage, unsupported) where its engine does.
container::CreateOptions finish(const CreateFlags& flags);

/// --pull. Throws ClientError.
PullPolicy pull_policy(const CreateFlags& flags);

}  // namespace cli
