// SPDX-License-Identifier: Apache-2.0
// Which of an index's images fits a machine.
#pragma once

#include <string>
#include <vector>

#include "image/oci.hpp"

namespace image {

/// The platform of this machine.
Platform host_platform();

/// "linux/arm64/v8", "linux/amd64", "arm64", with the usual other names (x86_64, aarch64). Kind
/// usage.
Platform parse_platform(const std::string& text);

/// True when an image for `have` runs as `wanted`; an empty variant fits any.
bool fits(const Platform& have, const Platform& wanted);

/// True for entries that are no images: attestations ("unknown/unknown").
bool is_attestation(const Descriptor& descriptor);

}  // namespace image
