// SPDX-License-Identifier: Apache-2.0
// The engine's sentences are docker's; this is the one table of those that podman words
// differently, and of what docker adds to names.
#pragma once

#include <string>

namespace cli {

/// The sentence as podman says it; unchanged when podman has no words of its own for it.
std::string podman_phrase(const std::string& message);

/// The sentence as docker says it: an image that is not there is called by its familiar name, with a tag.
std::string docker_phrase(const std::string& message);

}  // namespace cli
