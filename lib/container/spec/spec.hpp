// SPDX-License-Identifier: Apache-2.0
// CreateOptions + image config + facts of this start → OCI runtime spec (config.json). make_spec is
// pure: it reads nothing of the host. The functions that do (find_user, find_devices,
// host_masked_paths, capabilities_of) are called by start, which hands their answers over as Facts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fields.hpp"
#include "base/user_namespace.hpp"
#include "container/options.hpp"
#include "image/oci.hpp"

namespace container {

/// One mount of the container whose source has been prepared by start.
struct SpecMount {
  std::string source, target, type;  ///< "bind" with a slot below RUNROOT, or "tmpfs"
  std::vector<std::string> options;
};

struct UserIds {
  std::uint32_t uid = 0, gid = 0;
  std::vector<std::uint32_t>
      groups;  ///< as the kernel shall have them: the primary group and the others
  std::string home = "/";
};

/// A device node of the host and where the container shall have it.
struct DeviceNode {
  std::string host, path;  ///< resolved path on the host, path in the container
  char type = 'c';         ///< 'c' or 'b'
  std::uint32_t major = 0, minor = 0, mode = 0, uid = 0, gid = 0;
  std::string access = "rwm";
};

/// A DeviceRate whose device has been looked up.
struct DeviceLimit {
  std::uint32_t major = 0, minor = 0;
  std::int64_t rate = 0;
};

/// What start knows and the options do not.
struct Facts {
  std::string id;
  std::string rootfs;  ///< slot of the overlay
  std::string hostname;
  std::string hosts, resolv, hostname_file;  ///< host paths of managed files; empty: not mounted
  std::vector<std::pair<std::string, std::string>> files;  ///< further ones: host path, target
  std::string
      shm;  ///< host path of the shm mount; empty: a tmpfs of its own (ipc host: the host's)
  std::vector<SpecMount> mounts;          ///< in any order; make_spec sorts them by depth
  UserIds user;                           ///< find_user
  std::vector<std::string> capabilities;  ///< capabilities_of
  std::vector<std::string> ambient;       ///< of a user who is not root; empty: none
  std::vector<DeviceNode> devices;        ///< find_devices
  std::vector<DeviceLimit> read_bps, write_bps, read_iops, write_iops, blkio_weight_device;
  std::vector<std::string> masked_paths;  ///< host_masked_paths
  std::string cgroups_path;
  /// OCI namespace type ("pid", "ipc", "uts", "network", "user", "cgroup") → path of one that
  /// exists; "": the host's. What is missing follows the options: their "host", else a new one.
  std::map<std::string, std::string> namespace_paths;
  /// Set: the container gets a user namespace with these mappings (keep-id).
  std::vector<base::IdRange> uid_mappings, gid_mappings;
  bool own_network = false;  ///< the network namespace belongs to the container's user namespace
  bool rootless = false;
  bool cgroup_v2 = false;
  bool cgroup_limits = true;        ///< false: no controller is ours, limits are left out
  bool swap_limit = true;           ///< false: the kernel accounts no swap, its limit is left out
  bool tty_group = true;            ///< false: gid 5 is not mapped here, devpts goes without it
  int least_oom_score_adj = -1000;  ///< lower ones this process may not give
  int console_rows = 0, console_columns = 0;  ///< of the user's terminal; 0: unknown
  std::string seccomp_bpf;       ///< base64 for crun's annotation; empty: JSON profile below
  base::Json seccomp;            ///< linux.seccomp for other runtimes, or null
  std::string apparmor_profile;  ///< empty: none
  std::string process_label, mount_label;  ///< SELinux's; empty: none
  /// Hard rlimits ("nofile") that this process cannot raise, -1: unlimited. Missing: no bound.
  std::map<std::string, std::int64_t> hard_limits;
};

/// The whole config.json. Throws kind usage for what cannot be (docker's sentences).
base::Json make_spec(const CreateOptions& options,
                     const image::RunConfig& image,
                     const Facts& facts);

/// How systemd shall stop the container's scope, and what the signal is, as Podman tells the runtime.
std::map<std::string, std::string> stop_annotations(const CreateOptions& options,
                                                    const image::RunConfig& image);

/// The words that will be executed: entrypoint and command, of the options or the image. There may be none.
std::vector<std::string> command_line(const CreateOptions& options, const image::RunConfig& image);

/// Environment in docker's order: PATH, HOSTNAME, TERM with a tty, the user's, the image's, HOME. A
/// later value takes the place of an earlier one; a user's "K" without a value removes it.
std::vector<std::string> environment_of(const CreateOptions& options,
                                        const image::RunConfig& image,
                                        const std::string& hostname,
                                        const std::string& home);

/// Capabilities ("CAP_CHOWN" …, in the kernel's order) of the container's root, kind usage for an
/// unknown one. Those that this process's bounding set lacks are left out of the defaults and of
/// ALL.
std::vector<std::string> capabilities_of(const Security& security);

/// What --cap-add names, for Rules::ambient; empty with --privileged.
std::vector<std::string> added_capabilities(const Security& security);

/// Looks up "user[:group]" in the passwd and group files below `root_fd` (bounded, regular files
/// only, confined to the root) and adds `group_add`. Kind usage "unable to find user x: no matching
/// entries in passwd file".
UserIds find_user(int root_fd, const std::string& user, const std::vector<std::string>& group_add);

/// The text of a file of the image, which is hostile: confined to `root_fd`, a regular file, bounded. Empty when there
/// is none that can be read (docker goes on without it, too).
std::string read_image_file(int root_fd, const std::string& path);

/// Nodes behind --device (a directory stands for all nodes below it); with `privileged` also every
/// node of the host. Kind command_missing "error gathering device information …", as docker exits
/// with 127.
std::vector<DeviceNode> find_devices(const std::vector<Device>& devices, bool privileged);

/// The devices of limits. Kind usage for a path that is none.
std::vector<DeviceLimit> find_limited(const std::vector<DeviceRate>& rates);

/// Paths of this host that docker masks beside the fixed ones: what tells a CPU's heat.
std::vector<std::string> host_masked_paths();

/// What is hidden from a container, and what it cannot write: docker's lists, this host's paths and what --security-opt says.
base::Json masked_paths(const Security& security, const std::vector<std::string>& of_host);
base::Json readonly_paths(const Security& security);

/// A mount option in the runtime's words. `source` is what start prepared for it. Kind usage for a
/// tmpfs option that is none.
SpecMount spec_mount(const MountOption& option, const std::string& source);

}  // namespace container
