// SPDX-License-Identifier: Apache-2.0
// A container as berth.db keeps it: a row with what changes, a summary for listings, and everything else.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json_fields.hpp"
#include "base/time.hpp"
#include "container/options.hpp"
#include "image/oci.hpp"

namespace container {

/// What ps shows without reading the details.
struct Summary {
  std::string image_name;            ///< as the user wrote it
  std::vector<std::string> command;  ///< with entrypoint
  std::map<std::string, std::string> labels;
  std::vector<std::string> mounts;  ///< volume names and bind sources
  std::vector<std::string> mount_targets;
  std::string network;                       ///< as in Namespaces::network, "bridge" for default
  std::vector<network::PortMapping> expose;  ///< published or not
  int local_volumes = 0;
  bool remove = false;  ///< --rm
  int restarts = 0;     ///< by the restart policy, since the last start by a user
};

template <typename Io>
void fields(Io& io, Summary& s) {
  io("image", s.image_name);
  io("command", s.command);
  io.maybe("labels", s.labels);
  io.maybe("mounts", s.mounts);
  io.maybe("mountTargets", s.mount_targets);
  io("network", s.network);
  io.maybe("expose", s.expose);
  io.maybe("localVolumes", s.local_volumes);
  io.maybe("remove", s.remove);
  io.maybe("restarts", s.restarts);
}

/// Decided once, when the container is made.
struct Details {
  CreateOptions options;  ///< mounts resolved: volumes have names, image volumes are added
  image::RunConfig image;
  std::string hostname;
  std::string image_digest;  ///< of its manifest
  image::Platform platform;
  std::string log_path;
  std::vector<std::string> anonymous_volumes;
  std::string process_label, mount_label;  ///< SELinux's, the same at each start; empty: none
};

template <typename Io>
void fields(Io& io, Details& d) {
  io("options", d.options);
  io("image", d.image);
  io("hostname", d.hostname);
  io.maybe("imageDigest", d.image_digest);
  io.maybe("platform", d.platform);
  io.maybe("logPath", d.log_path);
  io.maybe("anonymousVolumes", d.anonymous_volumes);
  io.maybe("processLabel", d.process_label);
  io.maybe("mountLabel", d.mount_label);
}

struct Record {
  std::string id, name;
  std::string image;                              ///< id; the image itself may be gone
  base::Moment created{}, started{}, finished{};  ///< zero: never
  int exit_code = 0;
  bool oom_killed = false;
  std::string error;  ///< why the last start failed
  Summary summary;

  /// Started later than any end that was recorded.
  bool may_run() const { return started > finished; }
};

}  // namespace container
