// SPDX-License-Identifier: Apache-2.0
// Rows of podman's ps: as JSON has them, and as templates see them.
#pragma once

#include <map>
#include <vector>

#include "base/time.hpp"
#include "commands/ps_podman.hpp"
#include "render/go_format.hpp"

namespace cli {

/// Full names of images by id.
using ImageNames = std::map<std::string, std::vector<std::string>>;

/// A container as `podman ps --format json` has it; `flags` tells what is to be looked up for it.
base::Json podman_ps_json(container::Engine& engine,
                          const container::Listed& listed,
                          const ImageNames& names,
                          const PsFlags& flags);

/// What --format json prints otherwise than the structure itself: times and the status as text.
void finish_json_row(base::Json& row, base::Moment now);

/// The fields that templates may name, of a row of podman_ps_json.
base::Json podman_report(const base::Json& row, const PsFlags& flags, base::Moment now);

/// {{.Label "app"}}
base::Json podman_label(const base::Json& row, const std::vector<base::Json>& arguments);

}  // namespace cli
