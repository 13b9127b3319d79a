// SPDX-License-Identifier: Apache-2.0
#include "options/create_flags.hpp"

#include "errors.hpp"
#include "options/groups.hpp"

namespace cli {

void add_value(FlagTable& table,
               const std::string& names,
               const std::string& type,
               const std::string& description,
               std::function<void(const std::string&)> take) {
  table.add_option_function<std::string>(names, take, description).type_name(type);
}

void add_create_flags(FlagTable& table, CreateFlags& flags) {
  add_process_flags(table, flags);
  add_env_flags(table, flags);
  add_mount_flags(table, flags);
  add_network_flags(table, flags);
  add_namespace_flags(table, flags);
  add_resource_flags(table, flags);
  add_security_flags(table, flags);
  add_log_flags(table, flags);
  add_file_flags(table, flags);
}

container::CreateOptions finish(const CreateFlags& flags) {
  container::CreateOptions options = flags.options;
  // docker's client looks at them in this order
  finish_mounts(flags, options);
  finish_network(flags, options);
  finish_resources(flags, options);
  finish_env(flags, options);
  finish_namespaces(flags, options);
  finish_process(flags, options);
  finish_log(flags, options);
  finish_files(flags, options);
  finish_security(flags, options);
  return options;
}

PullPolicy pull_policy(const CreateFlags& flags) {
  if (flags.pull == "always") return PullPolicy::always;
  if (flags.pull == "never") return PullPolicy::never;
  if (flags.pull == "missing" || flags.pull.empty()) return PullPolicy::missing;
  if (flags.podman) client_fail("unsupported pull policy \"{}\"", flags.pull);
  client_fail("invalid pull option: '{}': must be one of \"always\", \"missing\" or \"never\"",
              flags.pull);
}

}  // namespace cli
