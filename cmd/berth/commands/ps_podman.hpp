// SPDX-License-Identifier: Apache-2.0
// ps in Podman's dialect: other columns, fields, order and flags than Docker's.
#pragma once

#include <string>
#include <vector>

#include "container/listing.hpp"
#include "flags.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

struct PsFlags {
  container::ListOptions list;
  bool latest = false, no_trunc = false, quiet = false, size = false;
  std::string format;
  // Podman's.
  bool external = false;  ///< of other tools: they live elsewhere, there is nothing to add
  bool noheading = false, pod = false, namespaces = false, sync = false;
  std::string sort = "created";
  unsigned watch = 0;  ///< seconds between two listings; 0: one listing
};

/// The flags that only podman's ps has.
void add_podman_ps_flags(FlagTable& table, PsFlags& flags);

int ps_as_podman(Session& session, PsFlags& flags);

}  // namespace cli
