// SPDX-License-Identifier: Apache-2.0
// What a user asked for in run or create: typed, filled by the flags (cmd/berth/options), stored with the container,
// read by start and inspect. Flags are parsed here once: nothing below cmd/ reads flag text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id_mapping.hpp"
#include "base/json_fields.hpp"
#include "container/mount_options.hpp"
#include "container/rules.hpp"
#include "image/oci.hpp"
#include "network/network.hpp"

namespace container {

struct Ulimit {
  std::string name;                 ///< "nofile", without RLIMIT_
  std::int64_t soft = 0, hard = 0;  ///< -1: unlimited
};

template <typename Io>
void fields(Io& io, Ulimit& u) {
  io("name", u.name);
  io("soft", u.soft);
  io("hard", u.hard);
}

struct Device {
  std::string host, container, permissions = "rwm";
};

template <typename Io>
void fields(Io& io, Device& d) {
  io("host", d.host);
  io("container", d.container);
  io("permissions", d.permissions);
}

/// --device-cgroup-rule "c 42:* rmw"; -1 stands for every number.
struct DeviceRule {
  std::string type;  ///< a, b or c
  std::int64_t major = -1, minor = -1;
  std::string access;
};

template <typename Io>
void fields(Io& io, DeviceRule& r) {
  io("type", r.type);
  io("major", r.major);
  io("minor", r.minor);
  io("access", r.access);
}

/// --device-read-bps and its kin: "PATH:RATE".
struct DeviceRate {
  std::string path;
  std::int64_t rate = 0;
};

template <typename Io>
void fields(Io& io, DeviceRate& r) {
  io("path", r.path);
  io("rate", r.rate);
}

/// --memory and its kin; unset means no limit asked for.
struct Resources {
  std::optional<std::int64_t> memory, memory_swap, memory_reservation, nano_cpus, pids_limit;
  std::optional<std::int64_t> cpu_shares, cpu_period, cpu_quota;
  std::optional<std::int64_t> cpu_rt_period, cpu_rt_runtime, memory_swappiness, blkio_weight;
  std::string cpuset_cpus, cpuset_mems;
  bool oom_kill_disable = false;
  std::vector<DeviceRate> read_bps, write_bps, read_iops, write_iops, blkio_weight_device;
};

template <typename Io>
void fields(Io& io, Resources& r) {
  io.maybe("memory", r.memory);
  io.maybe("memorySwap", r.memory_swap);
  io.maybe("memoryReservation", r.memory_reservation);
  io.maybe("nanoCpus", r.nano_cpus);
  io.maybe("pidsLimit", r.pids_limit);
  io.maybe("cpuShares", r.cpu_shares);
  io.maybe("cpuPeriod", r.cpu_period);
  io.maybe("cpuQuota", r.cpu_quota);
  io.maybe("cpusetCpus", r.cpuset_cpus);
  io.maybe("cpusetMems", r.cpuset_mems);
  io.maybe("cpuRtPeriod", r.cpu_rt_period);
  io.maybe("cpuRtRuntime", r.cpu_rt_runtime);
  io.maybe("memorySwappiness", r.memory_swappiness);
  io.maybe("blkioWeight", r.blkio_weight);
  io.maybe("oomKillDisable", r.oom_kill_disable);
  io.maybe("readBps", r.read_bps);
  io.maybe("writeBps", r.write_bps);
  io.maybe("readIops", r.read_iops);
  io.maybe("writeIops", r.write_iops);
  io.maybe("blkioWeightDevice", r.blkio_weight_device);
}

struct Security {
  bool privileged = false;
  bool no_new_privileges = false;
  std::vector<std::string> cap_add, cap_drop;  ///< as given
  std::vector<std::string> cap_defaults;       ///< in the place of Docker's; empty: those
  std::string seccomp;                         ///< "", "unconfined" or path of a profile
  std::string seccomp_profile;                 ///< content of that profile
  std::vector<std::string> mask, unmask;       ///< unmask may hold "ALL"
  std::string apparmor;                        ///< "", "unconfined" or name of a profile
  std::vector<std::string> label;   ///< "disable", "type:x" ...: changes of the SELinux label
  bool label_nested = false;        ///< it may label, too: the kernel's files for that are shown
  std::vector<std::string> given;   ///< --security-opt words, for inspect
  bool fewer_capabilities = false;  ///< without NET_RAW, MKNOD and AUDIT_WRITE, as Podman
};

template <typename Io>
void fields(Io& io, Security& s) {
  io.maybe("privileged", s.privileged);
  io.maybe("noNewPrivileges", s.no_new_privileges);
  io.maybe("capAdd", s.cap_add);
  io.maybe("capDrop", s.cap_drop);
  io.maybe("capDefaults", s.cap_defaults);
  io.maybe("seccomp", s.seccomp);
  io.maybe("seccompProfile", s.seccomp_profile);
  io.maybe("mask", s.mask);
  io.maybe("unmask", s.unmask);
  io.maybe("apparmor", s.apparmor);
  io.maybe("label", s.label);
  io.maybe("labelNested", s.label_nested);
  io.maybe("given", s.given);
  io.maybe("fewerCapabilities", s.fewer_capabilities);
}

/// "", "private", "host", "none", "shareable", "container:NAME" (after create: container:ID), "ns:/path";
/// userns also "keep-id[:uid=,gid=]".
struct Namespaces {
  std::string pid, ipc, uts, user, cgroup;
  /// Of a user namespace of its own, decided when the container is made: --userns auto, --uidmap. keep-id follows the user
  /// that calls.
  std::optional<base::IdMapping> mapping;
  std::string network = "default";  ///< default, bridge, none, host, pasta, container:…, ns:…
};

template <typename Io>
void fields(Io& io, Namespaces& n) {
  io.maybe("pid", n.pid);
  io.maybe("ipc", n.ipc);
  io.maybe("uts", n.uts);
  io.maybe("user", n.user);
  io.maybe("cgroup", n.cgroup);
  io.maybe("mapping", n.mapping);
  io("network", n.network);
}

/// Where a container's variables come from beside -e and the image; podman's.
struct Environment {
  std::vector<std::string> host;          ///< --env-host: "K=V" of the command's own
  std::vector<std::string> proxies;       ///< --http-proxy: the same
  std::vector<std::string> merge, unset;  ///< --env-merge "K=x-${K}", --unsetenv
  bool unset_all = false;                 ///< --unsetenv-all: nothing of the image
  std::vector<std::string> defaults;  ///< "K=V" of containers.conf: those of the image go before
};

template <typename Io>
void fields(Io& io, Environment& e) {
  io.maybe("host", e.host);
  io.maybe("proxies", e.proxies);
  io.maybe("merge", e.merge);
  io.maybe("unset", e.unset);
  io.maybe("unsetAll", e.unset_all);
  io.maybe("defaults", e.defaults);
}

/// Files of the container that the host writes.
struct ManagedFiles {
  bool no_hosts = false, no_hostname = false;
  bool no_passwd = false;                 ///< --passwd=false
  std::string hosts;                      ///< --hosts-file: "", "none", "image" or a path
  std::string timezone;                   ///< --tz: "local" or "Area/City"
  std::string passwd_entry, group_entry;  ///< with $USERNAME, $UID, $GID, $NAME, $HOME
  std::string host_address;               ///< of the host, for programs inside; empty: what fits
  std::vector<std::string> host_users;
};

template <typename Io>
void fields(Io& io, ManagedFiles& f) {
  io.maybe("noHosts", f.no_hosts);
  io.maybe("noHostname", f.no_hostname);
  io.maybe("noPasswd", f.no_passwd);
  io.maybe("hosts", f.hosts);
  io.maybe("timezone", f.timezone);
  io.maybe("passwdEntry", f.passwd_entry);
  io.maybe("groupEntry", f.group_entry);
  io.maybe("hostAddress", f.host_address);
  io.maybe("hostUsers", f.host_users);
}

struct LogOptions {
  std::string driver = "json-file";
  std::map<std::string, std::string> options;  ///< as given, for inspect
  std::int64_t max_size = -1;                  ///< bytes; -1: no rotation
  int max_files = 1;
};

template <typename Io>
void fields(Io& io, LogOptions& l) {
  io("driver", l.driver);
  io.maybe("options", l.options);
  io("maxSize", l.max_size);
  io("maxFiles", l.max_files);
}

struct RestartPolicy {
  std::string name = "no";
  int maximum_retries = 0;
};

template <typename Io>
void fields(Io& io, RestartPolicy& r) {
  io("name", r.name);
  io.maybe("maximumRetries", r.maximum_retries);
}

/// --rootfs: a directory of the host in the place of an image.
struct Rootfs {
  std::string path;
  bool overlay = false;  ///< what is written stays with the container
  std::optional<std::string>
      idmap;  ///< with ids mapped, "" as the container's user namespace has them

  bool empty() const { return path.empty(); }
};

template <typename Io>
void fields(Io& io, Rootfs& r) {
  io("path", r.path);
  io.maybe("overlay", r.overlay);
  io.maybe("idmap", r.idmap);
}

/// --secret: a file below /run/secrets, or a variable.
struct SecretUse {
  std::string name, target;
  bool variable = false;
  std::uint32_t uid = 0, gid = 0, mode = 0444;
};

template <typename Io>
void fields(Io& io, SecretUse& s) {
  io("name", s.name);
  io("target", s.target);
  io.maybe("variable", s.variable);
  io.maybe("uid", s.uid);
  io.maybe("gid", s.gid);
  io("mode", s.mode);
}

/// What only Podman's health checks have.
struct HealthExtras {
  /// Made in the place of the other until it has succeeded `successes` times (0: once); after `retries` failures the
  /// container is restarted (0: never).
  std::optional<image::Healthcheck> startup;
  int successes = 0;
  std::string destination;                 ///< of the log: "" or local, events_logger, a directory
  std::optional<int> max_count, max_size;  ///< entries of the log, and bytes of each; 0: no limit
};

template <typename Io>
void fields(Io& io, HealthExtras& h) {
  io.maybe("startup", h.startup);
  io.maybe("successes", h.successes);
  io.maybe("destination", h.destination);
  io.maybe("maxCount", h.max_count);
  io.maybe("maxSize", h.max_size);
}

struct CreateOptions {
  std::string name, image, hostname, domainname, user, working_dir;
  std::optional<std::vector<std::string>>
      entrypoint;  ///< set: replaces the image's (empty list: cleared)
  std::vector<std::string> command;
  std::vector<std::string> create_command;  ///< the whole command line, where inspect tells it
  std::vector<std::string> env;             ///< "K=V", later ones win; "K" alone removes
  std::map<std::string, std::string> labels, annotations, sysctls;
  bool tty = false, interactive = false, remove = false, read_only = false, publish_all = false,
       init = false;
  bool no_healthcheck = false;
  std::vector<std::string> attach;  ///< stdin, stdout, stderr
  std::vector<MountOption> mounts;
  std::vector<std::string> volumes_from, group_add, dns, dns_search, dns_options, extra_hosts;
  std::vector<network::PortMapping> publish, expose;
  std::vector<Device> devices;
  std::vector<DeviceRule> device_rules;
  std::vector<Ulimit> ulimits;
  std::optional<std::int64_t> shm_size;
  std::optional<int> oom_score_adj;
  std::string stop_signal, cidfile, cgroup_parent, runtime, platform;
  std::optional<int> stop_timeout;
  Resources resources;
  Security security;
  Namespaces namespaces;
  LogOptions log;
  RestartPolicy restart;
  std::optional<image::Healthcheck>
      health;  ///< what of the image's is changed; its own test replaces the image's
  std::string health_on_failure;  ///< "", none, kill, restart, stop
  HealthExtras health_extras;
  int timeout = 0;                         ///< --timeout: seconds that it may run; 0: for ever
  std::string address, mac;                ///< --ip, --mac-address
  std::vector<std::string> pasta_options;  ///< --network pasta:WORD,WORD
  Environment environment;
  ManagedFiles files;
  std::optional<int> umask;
  std::string cgroups;  ///< "" (enabled), enabled, disabled, no-conmon
  std::string pidfile;  ///< gets the number of the first process
  /// With read_only: /run, /tmp and /var/tmp can be written; false: nor can /dev and /dev/shm.
  std::optional<bool> read_only_tmpfs;
  std::string image_volumes;  ///< --image-volume: "" (anonymous), anonymous, tmpfs, ignore
  Rules rules;
  Rootfs rootfs;
  std::string driver;  ///< "vfs": a copy of the image (storage/driver.hpp); decided when it is made
  std::vector<SecretUse> secrets;
  std::string init_path;        ///< --init-path: a program of the host in the place of our own init
  std::string monitor_pidfile;  ///< --conmon-pidfile: gets the number of the monitor
  bool remove_image = false;    ///< --rmi
  bool systemd = false;         ///< the container's first process is systemd or its like
  bool keep_groups = false;     ///< --group-add keep-groups: those of whoever calls
  std::vector<std::string> requires_started;  ///< --requires: containers that run before this one
  std::vector<std::string> cdi_devices;       ///< "vendor.com/class=name"
  std::vector<std::string> network_aliases;   ///< further names in its network
  std::vector<std::string> chroot_dirs;       ///< --chrootdirs: get /etc/hosts and its like, too
};

template <typename Io>
void fields(Io& io, CreateOptions& o) {
  io.maybe("name", o.name);
  io.maybe("image", o.image);
  io.maybe("hostname", o.hostname);
  io.maybe("domainname", o.domainname);
  io.maybe("user", o.user);
  io.maybe("workingDir", o.working_dir);
  io.maybe("entrypoint", o.entrypoint);
  io.maybe("command", o.command);
  io.maybe("createCommand", o.create_command);
  io.maybe("env", o.env);
  io.maybe("labels", o.labels);
  io.maybe("annotations", o.annotations);
  io.maybe("sysctls", o.sysctls);
  io.maybe("tty", o.tty);
  io.maybe("interactive", o.interactive);
  io.maybe("remove", o.remove);
  io.maybe("readOnly", o.read_only);
  io.maybe("publishAll", o.publish_all);
  io.maybe("init", o.init);
  io.maybe("noHealthcheck", o.no_healthcheck);
  io.maybe("attach", o.attach);
  io.maybe("mounts", o.mounts);
  io.maybe("volumesFrom", o.volumes_from);
  io.maybe("groupAdd", o.group_add);
  io.maybe("dns", o.dns);
  io.maybe("dnsSearch", o.dns_search);
  io.maybe("dnsOptions", o.dns_options);
  io.maybe("extraHosts", o.extra_hosts);
  io.maybe("publish", o.publish);
  io.maybe("expose", o.expose);
  io.maybe("devices", o.devices);
  io.maybe("deviceRules", o.device_rules);
  io.maybe("ulimits", o.ulimits);
  io.maybe("shmSize", o.shm_size);
  io.maybe("oomScoreAdj", o.oom_score_adj);
  io.maybe("stopSignal", o.stop_signal);
  io.maybe("cidfile", o.cidfile);
  io.maybe("cgroupParent", o.cgroup_parent);
  io.maybe("runtime", o.runtime);
  io.maybe("platform", o.platform);
  io.maybe("stopTimeout", o.stop_timeout);
  io.maybe("resources", o.resources);
  io.maybe("security", o.security);
  io.maybe("namespaces", o.namespaces);
  io.maybe("log", o.log);
  io.maybe("restart", o.restart);
  io.maybe("health", o.health);
  io.maybe("healthOnFailure", o.health_on_failure);
  io.maybe("healthExtras", o.health_extras);
  io.maybe("timeout", o.timeout);
  io.maybe("address", o.address);
  io.maybe("mac", o.mac);
  io.maybe("pastaOptions", o.pasta_options);
  io.maybe("environment", o.environment);
  io.maybe("files", o.files);
  io.maybe("umask", o.umask);
  io.maybe("cgroups", o.cgroups);
  io.maybe("pidfile", o.pidfile);
  io.maybe("readOnlyTmpfs", o.read_only_tmpfs);
  io.maybe("imageVolumes", o.image_volumes);
  io.maybe("rules", o.rules);
  io.maybe("rootfs", o.rootfs);
  io.maybe("driver", o.driver);
  io.maybe("secrets", o.secrets);
  io.maybe("initPath", o.init_path);
  io.maybe("monitorPidfile", o.monitor_pidfile);
  io.maybe("removeImage", o.remove_image);
  io.maybe("systemd", o.systemd);
  io.maybe("keepGroups", o.keep_groups);
  io.maybe("requires", o.requires_started);
  io.maybe("cdiDevices", o.cdi_devices);
  io.maybe("networkAliases", o.network_aliases);
  io.maybe("chrootDirs", o.chroot_dirs);
}

/// Docker's engine-side checks of the whole, in its sentences (kind usage); kind unsupported for what berth cannot do
/// yet. Looks at the host for what depends on it: CPUs, sources of bind mounts.
void validate(const CreateOptions& options);

}  // namespace container
