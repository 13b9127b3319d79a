// SPDX-License-Identifier: Apache-2.0
// The containers that a verb acts on where podman lets them be named by more than names: --all --latest --cidfile --filter
// --ignore.
#pragma once

#include <string>
#include <vector>

#include "cli.hpp"
#include "container/listing.hpp"

namespace cli {

struct Targets {
  enum Which : unsigned { kAll = 1, kLatest = 2, kCidfile = 4, kFilter = 8, kIgnore = 16 };

  bool all = false, latest = false, ignore = false;
  std::vector<std::string> cidfiles;
  container::Filters filters;
};

/// Declares those of the flags that `which` (of Targets::Which) names.
void add_target_flags(FlagTable& table, Targets& targets, unsigned which);

/// The names and ids to act on: the words, what the files hold, or of all containers those that the flags choose and
/// that are in one of `states` (empty: any). Throws ClientError, in podman's words, where the flags contradict each
/// other or nothing is named. With --ignore, names without a container are left out.
Words find_targets(Session& session,
                   const Targets& targets,
                   const Words& words,
                   const std::vector<container::Status>& states = {});

}  // namespace cli
