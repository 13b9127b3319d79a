// SPDX-License-Identifier: Apache-2.0
// What podman adds to environment and /etc: --env-host --unsetenv --env-merge --http-proxy --tz --umask --passwd-entry
// --hostuser --no-hosts --hosts-file --no-hostname --pidfile ...
#include <unistd.h>

#include "base/environment.hpp"
#include "base/text.hpp"
#include "flags.hpp"
#include "options/groups.hpp"
#include "options/volume.hpp"
#include "version.hpp"

namespace cli {

namespace {

int parse_umask(const std::string& text) {
  const auto mask = base::parse_number<int>(text, 8);
  if (!mask || *mask < 0 || *mask > 07777) base::fail(base::Kind::usage, "invalid umask {}", text);
  return *mask;
}

void add_environment_flags(FlagTable& table, CreateFlags& flags) {
  auto& environment = flags.options.environment;
  table.add_flag("--env-host", flags.env_host, "Use all current host environment variables");
  table.add_list("--env-merge",
                 environment.merge,
                 "Set a variable from those of the image: NAME=prefix-${NAME}");
  // containers.conf alone sets it.
  table.add_list("--default-env", environment.defaults, "Variable of each container").group("");
  table.add_list("--unsetenv", environment.unset, "Unset a default environment variable");
  table.add_flag(
      "--unsetenv-all", environment.unset_all, "Unset all default environment variables");
  table.add_flag("--http-proxy",
                 flags.http_proxy,
                 "Set proxy environment variables in the container based on the host proxy vars");
}

void add_account_flags(FlagTable& table, container::ManagedFiles& files, CreateFlags& flags) {
  table.add_list("--hostuser", files.host_users, "Host user account to add to /etc/passwd");
  table.add_flag("--passwd", flags.passwd, "Add entries to /etc/passwd and /etc/group");
  table.add_option("--passwd-entry", files.passwd_entry, "Entry to write to /etc/passwd")
      .type_name("string");
  table.add_option("--group-entry", files.group_entry, "Entry to write to /etc/group")
      .type_name("string");
}

std::vector<std::string> own_proxies() {
  std::vector<std::string> proxies;
  for (const char* name : {"http_proxy",
                           "https_proxy",
                           "ftp_proxy",
                           "no_proxy",
                           "HTTP_PROXY",
                           "HTTPS_PROXY",
                           "FTP_PROXY",
                           "NO_PROXY"}) {
    if (const auto value = base::environment(name))
      proxies.push_back(std::string(name) + "=" + *value);
  }
  return proxies;
}

}  // namespace

void set_podman_defaults(CreateFlags& flags) {
  flags.http_proxy = true;
  flags.podman = true;
  auto& o = flags.options;
  o.read_only_tmpfs = true;
  o.shm_size = 65'536'000;
  o.security.fewer_capabilities = true;
  auto& rules = o.rules;
  rules.makes_working_dir = rules.checks_limits = false;
  rules.one_letter_names = rules.engine_file = rules.names_numbers = rules.ambient = true;
  rules.start_is_invoking = rules.owns_cidfile = rules.detects_systemd = true;
  rules.timeout_is_minus_one = rules.keeps_short_checks = rules.inherits_oom_score = true;
  rules.logs_lines = rules.bare_root = rules.usual_hooks = true;
  rules.privileged_unnamed = rules.checks_apparmor = rules.joined_labels_win = true;
  rules.variable = "podman";
  rules.engine = "podman-" + version_number();
}

void add_file_flags(FlagTable& table, CreateFlags& flags) {
  auto& o = flags.options;
  add_environment_flags(table, flags);
  add_account_flags(table, o.files, flags);
  add_value(table, "--umask", "octal", "Set umask in the container", [&](const std::string& text) {
    o.umask = parse_umask(text);
  });
  table.add_option("--tz", o.files.timezone, "Set timezone in the container").type_name("string");
  table.add_flag("--no-hosts", o.files.no_hosts, "Do not create /etc/hosts within the container");
  table.add_flag(
      "--no-hostname", o.files.no_hostname, "Do not create /etc/hostname within the container");
  table
      .add_option(
          "--hosts-file", o.files.hosts, "What /etc/hosts begins with: a file, 'image' or 'none'")
      .type_name("string");
  table.add_list(
      "--chrootdirs",
      o.chroot_dirs,
      "Directories below which programs change their root: get /etc/hosts and its like, too");
  table.add_option("--pidfile", o.pidfile, "Write the container process ID to the file")
      .type_name("string");
}

void finish_files(const CreateFlags& flags, container::CreateOptions& options) {
  options.files.no_passwd = !flags.passwd;
  if (flags.env_host) {
    for (char** entry = environ; *entry; ++entry) options.environment.host.emplace_back(*entry);
  }
  if (flags.http_proxy) options.environment.proxies = own_proxies();
  // The container may be started again from another directory.
  for (auto* path : {&options.pidfile, &options.files.hosts}) {
    const bool is_word = path == &options.files.hosts && (*path == "none" || *path == "image");
    if (!path->empty() && !is_word && !path->starts_with('/'))
      *path = absolute_source("./" + *path);
  }
}

}  // namespace cli
