// SPDX-License-Identifier: Apache-2.0
// Sizes in bytes and their texts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// "512m", "1.5G", "64k", "10" with factor 1024, as docker's flags take them (go-units RAMInBytes). Nothing when
/// it is no size.
std::optional<std::int64_t> parse_bytes(std::string_view text);

/// "1.23MB" with factor 1000 and four significant digits, as docker prints (go-units HumanSize).
std::string human_size(double bytes);

/// The same with `digits` significant digits: docker's image sizes have 3.
std::string human_size(double bytes, int digits);

/// "1.2MiB" with factor 1024 (go-units BytesSize).
std::string binary_size(double bytes);

}  // namespace base
