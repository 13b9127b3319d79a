// SPDX-License-Identifier: Apache-2.0
// Seccomp profiles in Docker's format (archMap, includes and excludes by capability, architecture,
// kernel).
#pragma once

#include <string>
#include <vector>

#include "base/json_fields.hpp"

namespace container {

/// The built-in default profile (Docker 29's), as JSON text.
const std::string& default_seccomp_profile();

/// linux.seccomp of the OCI spec for a profile, for these capabilities, on this machine. Kind
/// corrupt when malformed.
base::Json seccomp_for_spec(const std::string& profile,
                            const std::vector<std::string>& capabilities);

/// The compiled filter (base64) for crun's annotation run.oci.seccomp_bpf_data. Compiled once and
/// kept in `cache_directory` by profile, capabilities, architecture, kernel and version; a broken
/// cache file is made anew, and one that cannot be written is done without. Empty for a profile
/// that a bare filter cannot express (flags, a listener): such a one goes to the runtime as JSON.
std::string seccomp_bpf(const std::string& profile,
                        const std::vector<std::string>& capabilities,
                        const std::string& cache_directory);

}  // namespace container
