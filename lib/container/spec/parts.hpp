// SPDX-License-Identifier: Apache-2.0
// The parts that make_spec puts together, one file each.
#pragma once

#include "container/spec/spec.hpp"

namespace container::spec {

/// All a part may look at.
struct Input {
  const CreateOptions& options;
  const image::RunConfig& image;
  const Facts& facts;

  /// True when the container gets the namespace of the host ("pid", "ipc", "uts", "network",
  /// "cgroup").
  bool uses_host(const std::string& type) const;

  /// True when it gets a new one, neither the host's nor another container's.
  bool has_own(const std::string& type) const;
};

base::Json process(const Input& in);
base::Json namespaces(const Input& in);
base::Json id_mappings(const std::vector<base::IdRange>& ranges);
base::Json mounts(const Input& in);
std::string rootfs_propagation(const Input& in);
base::Json devices(const Input& in);
base::Json device_rules(const Input& in);
base::Json resources(const Input& in);
base::Json sysctls(const Input& in);
base::Json annotations(const Input& in);

}  // namespace container::spec
