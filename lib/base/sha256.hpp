// SPDX-License-Identifier: Apache-2.0
// SHA-256 of small things (manifests, configs, names) for programs that do not link OpenSSL. Layers
// are hashed by storage/layer, which does.
#pragma once

#include <string>
#include <string_view>

namespace base {

/// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

/// "sha256:" and the same.
inline std::string sha256_digest(std::string_view bytes) {
  return "sha256:" + sha256_hex(bytes);
}

}  // namespace base
