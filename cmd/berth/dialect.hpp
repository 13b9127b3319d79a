// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cli {

/// Whose words and codes are spoken; the program's name decides: "podman" speaks podman's, all
/// others docker's.
enum class Dialect { docker, podman };

}  // namespace cli
