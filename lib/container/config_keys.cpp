// SPDX-License-Identifier: Apache-2.0
#include "container/config_keys.hpp"

#include <algorithm>
#include <array>

namespace container {

namespace {

constexpr std::array kContainers = std::to_array<std::string_view>({"annotations",
                                                                    "apparmor_profile",
                                                                    "base_hosts_file",
                                                                    "cgroup_conf",
                                                                    "cgroupns",
                                                                    "cgroups",
                                                                    "container_name_as_hostname",
                                                                    "default_capabilities",
                                                                    "default_mounts_file",
                                                                    "default_sysctls",
                                                                    "default_ulimits",
                                                                    "devices",
                                                                    "dns_options",
                                                                    "dns_searches",
                                                                    "dns_servers",
                                                                    "enable_keyring",
                                                                    "enable_labeled_users",
                                                                    "env",
                                                                    "env_host",
                                                                    "hooks_dir",
                                                                    "host_containers_internal_ip",
                                                                    "http_proxy",
                                                                    "init",
                                                                    "init_path",
                                                                    "interface_name",
                                                                    "ipcns",
                                                                    "keyring",
                                                                    "label",
                                                                    "label_users",
                                                                    "log_driver",
                                                                    "log_opts",
                                                                    "log_path",
                                                                    "log_size_max",
                                                                    "log_tag",
                                                                    "mounts",
                                                                    "netns",
                                                                    "no_hosts",
                                                                    "oom_score_adj",
                                                                    "pidns",
                                                                    "pids_limit",
                                                                    "prepare_volume_on_create",
                                                                    "privileged",
                                                                    "read_only",
                                                                    "rootless_networking",
                                                                    "seccomp_profile",
                                                                    "shm_size",
                                                                    "tz",
                                                                    "umask",
                                                                    "userns",
                                                                    "userns_size",
                                                                    "utsns",
                                                                    "volumes"});

constexpr std::array kEngine =
    std::to_array<std::string_view>({"active_service",
                                     "add_compression",
                                     "cdi_spec_dirs",
                                     "cgroup_check",
                                     "cgroup_manager",
                                     "chown_copied_files",
                                     "compat_api_enforce_docker_hub",
                                     "compose_providers",
                                     "compose_warning_logs",
                                     "compression_format",
                                     "compression_level",
                                     "conmon_env_vars",
                                     "conmon_path",
                                     "conmonrs_path",
                                     "database_backend",
                                     "detach_keys",
                                     "enable_port_reservation",
                                     "env",
                                     "events_container_create_inspect_data",
                                     "events_logfile_max_size",
                                     "events_logfile_path",
                                     "events_logger",
                                     "exit_command_delay",
                                     "force_compression",
                                     "health_check_events",
                                     "healthcheck_events",
                                     "helper_binaries_dir",
                                     "hooks_dir",
                                     "image_build_format",
                                     "image_copy_tmp_dir",
                                     "image_default_format",
                                     "image_default_transport",
                                     "image_parallel_copies",
                                     "image_volume_mode",
                                     "infra_command",
                                     "infra_image",
                                     "init_path",
                                     "kube_generate_type",
                                     "lock_type",
                                     "machine_enabled",
                                     "multi_image_archive",
                                     "namespace",
                                     "network_cmd_options",
                                     "network_cmd_path",
                                     "no_pivot_root",
                                     "num_locks",
                                     "platform_to_oci_runtime",
                                     "pod_exit_policy",
                                     "podmansh_container",
                                     "podmansh_shell",
                                     "podmansh_timeout",
                                     "pull_policy",
                                     "remote",
                                     "remote_identity",
                                     "remote_uri",
                                     "retry",
                                     "retry_delay",
                                     "runtime",
                                     "runtime_supports_json",
                                     "runtime_supports_kvm",
                                     "runtime_supports_nocgroups",
                                     "runtimes",
                                     "runtimes_flags",
                                     "service_destinations",
                                     "service_timeout",
                                     "set_cgroup_mode_for_pods",
                                     "shutdown_timeout",
                                     "static_dir",
                                     "stop_timeout",
                                     "tls_verify",
                                     "tmp_dir",
                                     "transient_store",
                                     "volume_path",
                                     "volume_plugin_timeout",
                                     "volume_plugins"});

constexpr std::array kNetwork = std::to_array<std::string_view>({"cni_plugin_dirs",
                                                                 "default_host_ips",
                                                                 "default_network",
                                                                 "default_rootless_network_cmd",
                                                                 "default_subnet",
                                                                 "default_subnet_pools",
                                                                 "dns_bind_port",
                                                                 "firewall_driver",
                                                                 "netavark_plugin_dirs",
                                                                 "network_backend",
                                                                 "network_config_dir",
                                                                 "pasta_options"});

template <typename Keys>
bool has(const Keys& keys, std::string_view key) {
  return std::binary_search(keys.begin(), keys.end(), key);
}

}  // namespace

bool is_config_key(std::string_view section, std::string_view key) {
  if (section == "containers") return has(kContainers, key);
  if (section == "engine") return has(kEngine, key);
  if (section == "network") return has(kNetwork, key);
  constexpr auto others =
      std::to_array<std::string_view>({"configmaps", "farms", "machine", "podmansh", "secrets"});
  return has(others, section);  // nothing of theirs is asked for
}

}  // namespace container
