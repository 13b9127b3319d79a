// SPDX-License-Identifier: Apache-2.0
#include "container/options.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/signal_names.hpp"
#include "container/health.hpp"
#include "container/options_resources.hpp"
#include "container/spec/spec.hpp"

namespace container {

namespace {

using base::fail;
using base::Kind;

constexpr std::size_t kLongestHostname = 64;

bool is_name(const std::string& name, bool one_letter) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return name.size() > (one_letter ? 0 : 1) && is_letter(name[0]) &&
         std::all_of(name.begin() + 1, name.end(), [&](char c) {
           return is_letter(c) || c == '_' || c == '.' || c == '-';
         });
}

void check_process(const CreateOptions& o) {
  if (!o.name.empty() && !is_name(o.name, o.rules.one_letter_names)) {
    fail(Kind::usage,
         "Invalid container name ({}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
         o.name);
  }
  if (o.rules.makes_working_dir && !o.working_dir.empty() && o.working_dir.front() != '/') {
    fail(Kind::usage,
         "the working directory '{}' is invalid, it needs to be an absolute path",
         o.working_dir);
  }
  if (!o.stop_signal.empty() && !base::parse_signal(o.stop_signal)) {
    fail(Kind::usage, "invalid signal: {}", o.stop_signal);
  }
  if (o.hostname.size() > kLongestHostname) {
    fail(Kind::usage,
         "hostname \"{}\" is too long (maximum {} bytes)",
         o.hostname,
         kLongestHostname);
  }
  if (const int score = o.oom_score_adj.value_or(0); score < -1000 || score > 1000) {
    fail(Kind::usage, "Invalid value {}, range for oom score adj is [-1000, 1000]", score);
  }
  if (o.annotations.contains("")) {
    fail(Kind::usage,
         "invalid Annotations: the empty string is not permitted as an annotation key");
  }
}

void check_files(const CreateOptions& o) {
  if (o.files.no_hosts && (!o.extra_hosts.empty() || !o.files.hosts.empty()))
    fail(Kind::usage,
         "--no-hosts and --{} cannot be set together",
         o.files.hosts.empty() ? "add-host" : "hosts-file");
  constexpr std::array<std::string_view, 5> cgroups{
      "", "enabled", "disabled", "no-conmon", "split"};
  if (o.cgroups == "split" && !o.cgroup_parent.empty())
    fail(Kind::usage, "cannot specify --cgroup-mode=split with a cgroup-parent: invalid argument");
  if (std::find(cgroups.begin(), cgroups.end(), o.cgroups) == cgroups.end())
    fail(Kind::usage, "invalid cgroups mode \"{}\"", o.cgroups);
  constexpr std::array<std::string_view, 5> volumes{"", "bind", "anonymous", "tmpfs", "ignore"};
  if (std::find(volumes.begin(), volumes.end(), o.image_volumes) == volumes.end())
    fail(Kind::usage,
         "invalid image-volume type \"{}\". Pick one of bind, tmpfs, or ignore",
         o.image_volumes);
}

void check_restart(const RestartPolicy& policy) {
  constexpr std::array<std::string_view, 5> known{
      "", "no", "always", "on-failure", "unless-stopped"};
  if (std::find(known.begin(), known.end(), policy.name) == known.end()) {
    fail(Kind::usage,
         "invalid restart policy: unknown policy '{}'; use one of 'no', 'always', 'on-failure', or "
         "'unless-stopped'",
         policy.name);
  }
  const bool negative = policy.maximum_retries < 0;
  if (policy.name == "on-failure" && negative) {
    fail(Kind::usage, "invalid restart policy: maximum retry count cannot be negative");
  }
  if (policy.name != "on-failure" && !policy.name.empty() && policy.maximum_retries != 0) {
    fail(Kind::usage,
         "invalid restart policy: maximum retry count can only be used with 'on-failure'{}",
         negative ? " and cannot be negative" : "");
  }
}

void check_health(const CreateOptions& o) {
  constexpr std::array<std::string_view, 5> actions{"", "none", "kill", "restart", "stop"};
  if (std::find(actions.begin(), actions.end(), o.health_on_failure) == actions.end()) {
    fail(Kind::usage,
         "invalid on-failure action \"{}\" for health check: supported actions are "
         "none,kill,restart,stop",
         o.health_on_failure);
  }
  if (!o.health) return;
  constexpr std::int64_t kShortest = 1'000'000;
  const auto check = [](const char* what, std::int64_t span) {
    if (span != 0 && span < kShortest && span != kNoInterval)
      fail(Kind::usage, "{} in Healthcheck cannot be less than 1ms", what);
  };
  check("Interval", o.health->interval);
  check("Timeout", o.health->timeout);
  check("StartPeriod", o.health->start_period);
  check("StartInterval", o.health->start_interval);
}

void check_mounts(const std::vector<MountOption>& mounts) {
  std::set<std::string> targets;
  for (const auto& mount : mounts) {
    validate(mount);
    // An anonymous volume gives way to whatever else is mounted there.
    const bool gives_way = mount.type == "volume" && mount.source.empty() && mount.anonymous;
    if (!gives_way && !targets.insert(mount.target).second) {
      fail(Kind::usage, "Duplicate mount point: {}", mount.target);
    }
    if (mount.type == "tmpfs") spec_mount(mount, {});
  }
}

/// What a container that shares another's network namespace cannot have of its own.
void check_joined_network(const CreateOptions& o) {
  const std::string& mode = o.namespaces.network;
  if (mode == "container" || mode == "container:") {
    fail(Kind::usage, "invalid network mode: invalid container format container:<name|id>");
  }
  if (!mode.starts_with("container:")) return;
  if (!o.hostname.empty()) fail(Kind::usage, "conflicting options: hostname and the network mode");
  if (!o.dns.empty()) fail(Kind::usage, "conflicting options: dns and the network mode");
  if (!o.extra_hosts.empty()) {
    fail(Kind::usage, "conflicting options: custom host-to-IP mapping and the network mode");
  }
  if (!o.publish.empty() || o.publish_all) {
    fail(Kind::usage, "conflicting options: port publishing and the container type network mode");
  }
  if (!o.expose.empty()) {
    fail(Kind::usage, "conflicting options: port exposing and the container type network mode");
  }
}

void check_network(const CreateOptions& o) {
  check_joined_network(o);
  const std::string& mode = o.namespaces.network;
  constexpr std::array<std::string_view, 5> known{"default", "bridge", "none", "host", "pasta"};
  const bool has_endpoint = mode == "default" || mode == "bridge" || mode == "pasta";
  if (std::find(known.begin(), known.end(), mode) == known.end() &&
      !mode.starts_with("container:") && !mode.starts_with("ns:")) {
    fail(Kind::not_found, "failed to set up container networking: network {} not found", mode);
  }
  if (!has_endpoint && !o.address.empty()) {
    fail(Kind::usage,
         "invalid config for network {}: invalid endpoint settings:\nuser-specified IP address is "
         "supported on "
         "user-defined networks only",
         mode);
  }
  if (!has_endpoint && !o.mac.empty()) {
    fail(Kind::usage, "conflicting options: mac-address and the network mode");
  }
  if (o.namespaces.uts == "host" && !o.hostname.empty()) {
    fail(Kind::usage, "conflicting options: hostname and the UTS mode");
  }
}

void check_ipc(const std::string& mode) {
  constexpr std::array<std::string_view, 5> known{"", "none", "private", "host", "shareable"};
  if (std::find(known.begin(), known.end(), mode) == known.end() &&
      !mode.starts_with("container:") && !mode.starts_with("ns:")) {
    fail(Kind::usage, "invalid IPC mode: {}", mode);
  }
}

void check_log(const LogOptions& log) {
  constexpr std::array<std::string_view, 5> ours{
      "json-file", "k8s-file", "none", "passthrough", "journald"};
  if (std::find(ours.begin(), ours.end(), log.driver) != ours.end()) return;
  for (const char* known : {"local", "syslog", "fluentd", "gelf", "awslogs", "splunk", "gcplogs"}) {
    if (log.driver == known) fail(Kind::unsupported, "log driver {} is not supported yet", known);
  }
  fail(Kind::usage, "error looking up logging plugin {0}: plugin \"{0}\" not found", log.driver);
}

}  // namespace

void validate(const CreateOptions& options) {
  check_process(options);
  check_files(options);
  check_mounts(options.mounts);
  check_restart(options.restart);
  check_health(options);
  capabilities_of(options.security);
  if (options.rules.checks_limits) validate(options.resources);
  check_network(options);
  check_ipc(options.namespaces.ipc);
  check_log(options.log);
}

}  // namespace container
