// SPDX-License-Identifier: Apache-2.0
// Programs that an administrator wants to be run at certain moments of some containers' lives: oci-hooks(5), schema 1.0.0.
// A hook is a file DIRECTORY/NAME.json; one in a later directory replaces that of the same name in an earlier one:
//
//   {"version": "1.0.0",
//    "hook": {"path": "/usr/bin/x", "args": […], "env": […], "timeout": 5},
//    "when": {"always": true, "annotations": {"^key": "value$"}, "commands": ["/sh$"], "hasBindMounts": true},
//    "stages": ["createRuntime"]}
//
// All conditions must hold, and there must be one. The patterns are POSIX extended ones.
#pragma once

#include <string>
#include <vector>

#include "base/json_fields.hpp"
#include "container/engine.hpp"
#include "container/options.hpp"

namespace container {

/// Adds to config.json those hooks that are meant for this container. Kind usage, naming the file, for one that cannot be
/// used, whether or not it is meant.
void add_hooks(base::Json& spec, const std::vector<std::string>& directories, bool has_bind_mounts);

/// The same for a container that is being started, with the directories that count for it; notes what is to be run after
/// its end. True when the runtime has any programs to run, whoever asked for them.
bool add_hooks(base::Json& spec,
               const Engine& engine,
               const CreateOptions& options,
               const std::string& run_directory);

}  // namespace container
