// SPDX-License-Identifier: Apache-2.0
// The flags by concern: each group declares its flags and finishes its part of the options.
#pragma once

#include <functional>
#include <string>

#include "flags.hpp"
#include "options/create_flags.hpp"

namespace cli {

void add_process_flags(FlagTable& table, CreateFlags& flags);
void add_env_flags(FlagTable& table, CreateFlags& flags);
void add_mount_flags(FlagTable& table, CreateFlags& flags);
void add_network_flags(FlagTable& table, CreateFlags& flags);
void add_namespace_flags(FlagTable& table, CreateFlags& flags);
void add_resource_flags(FlagTable& table, CreateFlags& flags);
void add_security_flags(FlagTable& table, CreateFlags& flags);
void add_log_flags(FlagTable& table, CreateFlags& flags);
void add_file_flags(FlagTable& table, CreateFlags& flags);

void finish_process(const CreateFlags& flags, container::CreateOptions& options);
void finish_env(const CreateFlags& flags, container::CreateOptions& options);
void finish_mounts(const CreateFlags& flags, container::CreateOptions& options);
void finish_network(const CreateFlags& flags, container::CreateOptions& options);
void finish_namespaces(const CreateFlags& flags, container::CreateOptions& options);
void finish_resources(const CreateFlags& flags, container::CreateOptions& options);
void finish_security(const CreateFlags& flags, container::CreateOptions& options);
void finish_log(const CreateFlags& flags, container::CreateOptions& options);

void finish_files(const CreateFlags& flags, container::CreateOptions& options);

/// What a flag changes, of a container to be made or of one that exists.
using OptionChange = std::function<void(container::CreateOptions&)>;

/// --health-* and --no-healthcheck; `take` gets what each of them changes.
void add_health_flags(FlagTable& table, std::function<void(const OptionChange&)> take);

/// The limits that update changes, too.
void add_limit_flags(FlagTable& table, container::Resources& resources);

/// "on-failure:3".
container::RestartPolicy parse_restart(const std::string& text);

/// In Podman's words, with `context` in front of what is no policy at all.
container::RestartPolicy parse_podman_restart(const std::string& text, const std::string& context);

/// One --ulimit; Podman's "host" stands for all of this process.
std::vector<container::Ulimit> parse_ulimits(const std::string& text, bool podman);

/// A flag whose value is handed to `take` at each occurrence; `type` is the word that help shows.
void add_value(FlagTable& table,
               const std::string& names,
               const std::string& type,
               const std::string& description,
               std::function<void(const std::string&)> take);

}  // namespace cli
