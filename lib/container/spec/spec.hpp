// SPDX-License-Identifier: Apache-2.0
// CreateOptions + image config + facts of this start → OCI runtime spec (config.json). Pure: reads no file of the
// host but those named in Facts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fields.hpp"
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
  std::vector<std::uint32_t> groups;  ///< supplementary
  std::string home;
};

/// What start knows and the options do not.
struct Facts {
  std::string id;
  std::string rootfs;                 ///< slot of the overlay
  std::string hostname;
  std::string hosts, resolv, hostname_file;  ///< host paths of managed files; empty: not mounted
  std::string shm;                    ///< host path of the shm mount; empty: a tmpfs of its own
  std::vector<SpecMount> mounts;      ///< in order of depth
  UserIds user;
  std::string cgroups_path;
  std::map<std::string, std::string> namespace_paths;  ///< "network" → path; "host" type: ""
  bool rootless = false;
  bool cgroup_v2 = false;
  bool cgroup_limits = true;          ///< false: no controller is ours, limits are left out
  std::string seccomp_bpf;            ///< base64 for crun's annotation; empty: JSON profile below
  base::Json seccomp;                 ///< linux.seccomp for other runtimes, or null
  std::map<std::string, std::int64_t> hard_limits;     ///< this process's hard rlimits, by name
};

/// The whole config.json. Throws kind usage for what cannot be (docker's sentences).
base::Json make_spec(const CreateOptions& options, const image::RunConfig& image, const Facts& facts);

/// The words that will be executed: entrypoint and command, of the options or the image. Kind usage "no command
/// specified" when there are none.
std::vector<std::string> command_line(const CreateOptions& options, const image::RunConfig& image);

/// Environment: PATH, HOSTNAME, TERM with a tty, then the image's, then the user's, then HOME.
std::vector<std::string> environment_of(const CreateOptions& options, const image::RunConfig& image,
                                        const std::string& hostname, const std::string& home);

/// Effective capabilities ("CAP_CHOWN" …) for the container, kind usage for an unknown one.
std::vector<std::string> capabilities_of(const Security& security);

/// Looks up "user[:group]" in the passwd and group files below `root_fd` (bounded, regular files only, confined to
/// the root) and adds `group_add`. Kind usage "unable to find user x: no matching entries in passwd file".
UserIds find_user(int root_fd, const std::string& user, const std::vector<std::string>& group_add);

}  // namespace container
