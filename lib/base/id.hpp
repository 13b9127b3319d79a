// SPDX-License-Identifier: Apache-2.0
// Random identifiers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace base {

/// `digits` random lower-case hexadecimal digits from the kernel.
std::string random_hex(std::size_t digits);

/// An identifier of a container or an anonymous volume: 64 digits, and never only decimal ones in its first 12,
/// so that the short form cannot be taken for a number.
std::string new_id();

/// The first 12 digits, without `sha256:`.
std::string short_id(std::string_view id);

bool is_hex(std::string_view text);

}  // namespace base
