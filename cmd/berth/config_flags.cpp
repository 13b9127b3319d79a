// SPDX-License-Identifier: Apache-2.0
#include "config_flags.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/text.hpp"
#include "container/apparmor.hpp"
#include "errors.hpp"

namespace cli {

namespace {

using Defaults = std::vector<DefaultFlag>;

struct Known {
  const char* section;
  const char* key;
  const char* flag;
  bool replaced = false;
};

constexpr Known kTexts[] = {
    {"containers", "cgroupns", "cgroupns"},
    {"containers", "cgroups", "cgroups"},
    {"containers", "ipcns", "ipc"},
    {"containers", "pidns", "pid"},
    {"containers", "utsns", "uts"},
    {"containers", "userns", "userns"},
    {"containers", "netns", "network", true},
    {"containers", "log_driver", "log-driver"},
    {"containers", "base_hosts_file", "hosts-file"},
    {"containers", "host_containers_internal_ip", "host-address"},
    {"containers", "shm_size", "shm-size"},
    {"containers", "tz", "tz"},
    {"containers", "umask", "umask"},
    {"engine", "image_volume_mode", "image-volume"},
    {"engine", "pull_policy", "pull"},
    {"engine", "detach_keys", "detach-keys"},
};

constexpr Known kBools[] = {
    {"containers", "env_host", "env-host"},
    {"containers", "http_proxy", "http-proxy"},
    {"containers", "init", "init"},
    {"containers", "no_hosts", "no-hosts"},
    {"containers", "privileged", "privileged"},
    {"containers", "read_only", "read-only"},
};

constexpr Known kNumbers[] = {
    {"containers", "oom_score_adj", "oom-score-adj"},
    {"containers", "pids_limit", "pids-limit"},
    {"engine", "stop_timeout", "stop-timeout"},
};

constexpr Known kLists[] = {
    {"containers", "annotations", "annotation"},
    {"containers", "default_capabilities", "default-capability"},
    {"containers", "default_sysctls", "sysctl"},
    {"containers", "default_ulimits", "ulimit"},
    {"containers", "devices", "device"},
    {"containers", "dns_options", "dns-option", true},
    {"containers", "dns_searches", "dns-search", true},
    {"containers", "dns_servers", "dns", true},
    {"containers", "env", "default-env"},
    {"containers", "mounts", "mount"},
    {"containers", "volumes", "volume"},
    {"network", "default_host_ips", "default-host-ip"},
    {"network", "pasta_options", "pasta-option"},
};

std::string name_of(const Known& known) {
  return std::string(known.section) + "." + known.key;
}

void add_log_options(Defaults& defaults, const container::Config& config) {
  const auto add = [&](const char* key, const std::string& option) {
    defaults.push_back({std::string("containers.") + key, "log-opt", option});
  };
  if (const auto size = config.number("containers", "log_size_max"); size && *size > 0)
    add("log_size_max", fmt::format("max-size={}", *size));
  // Other drivers have no tag.
  if (const auto tag = config.text("containers", "log_tag");
      tag && !tag->empty() && config.text("containers", "log_driver") == "journald")
    add("log_tag", "tag=" + *tag);
  if (const auto path = config.text("containers", "log_path"); path && !path->empty())
    add("log_path", "path=" + *path);
}

void add_security(Defaults& defaults, const container::Config& config) {
  if (config.flag("containers", "label") == false)
    defaults.push_back({"containers.label", "security-opt", "label=disable"});
  if (const auto profile = config.text("containers", "seccomp_profile");
      profile && !profile->empty())
    defaults.push_back({"containers.seccomp_profile", "security-opt", "seccomp=" + *profile});
  if (const auto profile = config.text("containers", "apparmor_profile");
      profile && !profile->empty() && container::has_apparmor())
    defaults.push_back({"containers.apparmor_profile", "security-opt", "apparmor=" + *profile});
}

/// "/a:/b:ro" mounts at /b, "/a" at /a.
std::string target_of(const std::string& volume) {
  const auto parts = base::split(volume, ':');
  return parts.size() > 1 ? parts[1] : parts[0];
}

/// The first of these fields of a --mount, "type=bind,src=/a,dst=/b"; empty when there is none.
std::string mount_field(const std::string& mount, std::initializer_list<std::string_view> names) {
  for (const auto& field : base::split(mount, ',')) {
    const auto [key, value] = base::split_pair(field, '=');
    if (value && std::find(names.begin(), names.end(), key) != names.end()) return *value;
  }
  return {};
}

std::string target_of_mount(const std::string& mount) {
  return mount_field(mount, {"target", "dst", "destination"});
}

/// Here it can still be said where it stands.
void check_mount_type(const std::string& mount) {
  constexpr std::string_view kKnown[] = {
      "", "bind", "volume", "tmpfs", "image", "ramfs", "devpts", "glob"};
  const auto type = mount_field(mount, {"type"});
  if (std::find(std::begin(kKnown), std::end(kKnown), type) == std::end(kKnown))
    client_fail("parsing containers.conf mounts: invalid filesystem type \"{}\"", type);
}

/// True when the user's own flags take the default's place.
bool is_replaced(const DefaultFlag& flag,
                 const std::vector<Flag>& flags,
                 const std::vector<GivenFlag>& given) {
  const auto is = [&](const GivenFlag& g, std::string_view name) {
    const auto& names = flags[g.flag].names;
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const auto any = [&](auto test) { return std::any_of(given.begin(), given.end(), test); };
  if (flag.replaced)
    return any([&](const auto& g) {
      return is(g, flag.name) || (flag.name == "network" && is(g, "net"));
    });
  if (flag.name == "volume" || flag.name == "mount") {
    const auto target = flag.name == "mount" ? target_of_mount(flag.value) : target_of(flag.value);
    return any([&](const auto& g) {
      return (is(g, "mount") && target_of_mount(g.value) == target) ||
             ((is(g, "volume") || is(g, "tmpfs")) && target_of(g.value) == target);
    });
  }
  // Sysctls of the network are the host's where the container is in its network.
  if (flag.name == "sysctl" && flag.value.starts_with("net."))
    return any(
        [&](const auto& g) { return (is(g, "network") || is(g, "net")) && g.value == "host"; });
  if (flag.name == "log-opt") return any([&](const auto& g) { return is(g, "log-driver"); });
  if (flag.name == "security-opt") {
    const auto key = base::split_pair(flag.value, '=').first;
    // A default confines nobody who is to be privileged.
    if (key == "apparmor" &&
        any([&](const auto& g) { return is(g, "privileged") && g.value != "false"; }))
      return true;
    return any([&](const auto& g) { return is(g, "security-opt") && g.value.starts_with(key); });
  }
  return false;
}

}  // namespace

std::vector<DefaultFlag> default_flags(const container::Config& config) {
  Defaults defaults;
  if (config.empty()) return defaults;
  for (const auto& known : kTexts) {
    const auto value = config.text(known.section, known.key);
    // "private" is what a network of its own is called there.
    if (!value || value->empty() || (known.replaced && *value == "private")) continue;
    defaults.push_back({name_of(known), known.flag, *value, known.replaced});
  }
  for (const auto& known : kBools) {
    if (const auto value = config.flag(known.section, known.key))
      defaults.push_back({name_of(known), known.flag, *value ? "true" : "false"});
  }
  for (const auto& known : kNumbers) {
    if (const auto value = config.number(known.section, known.key))
      defaults.push_back({name_of(known), known.flag, std::to_string(*value)});
  }
  for (const auto& known : kLists) {
    for (const auto& value : config.list(known.section, known.key))
      defaults.push_back({name_of(known), known.flag, value, known.replaced});
  }
  add_log_options(defaults, config);
  add_security(defaults, config);
  return defaults;
}

void apply_defaults(FlagTable& table,
                    const std::vector<DefaultFlag>& defaults,
                    const std::vector<GivenFlag>& given) {
  if (defaults.empty()) return;
  const auto flags = table.flags();
  for (const auto& wanted : defaults) {
    if (is_replaced(wanted, flags, given)) continue;
    const auto found = std::find_if(flags.begin(), flags.end(), [&](const Flag& flag) {
      return std::find(flag.names.begin(), flag.names.end(), wanted.name) != flag.names.end();
    });
    if (found == flags.end()) {
      base::debug("containers.conf: {} is of no use here", wanted.key);
      continue;
    }
    if (wanted.name == "mount") check_mount_type(wanted.value);
    Argv one;
    one.flags.push_back({static_cast<std::size_t>(found - flags.begin()), wanted.value});
    try {
      table.apply(flags, one);
    } catch (const UsageError& e) {
      client_fail("containers.conf: {}: {}", wanted.key, e.message());
    }
  }
}

}  // namespace cli
