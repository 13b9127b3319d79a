// SPDX-License-Identifier: Apache-2.0
// Changes to an image's config, written as Dockerfile instructions (`import -c`, `commit -c`).
#pragma once

#include <string>
#include <vector>

#include "image/oci.hpp"

namespace image {

/// Carries CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME and
/// WORKDIR out, in their order. Kind usage: "RUN is not a valid change command", "file with no
/// instructions".
void apply_changes(RunConfig& config, const std::vector<std::string>& changes);

}  // namespace image
