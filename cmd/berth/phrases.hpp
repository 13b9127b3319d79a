// SPDX-License-Identifier: Apache-2.0
// The engine's sentences are docker's; this is the one table of those that podman words
// differently.
#pragma once

#include <string>

namespace cli {

/// The sentence as podman says it; unchanged when podman has no words of its own for it.
std::string podman_phrase(const std::string& message);

}  // namespace cli
