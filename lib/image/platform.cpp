// SPDX-License-Identifier: Apache-2.0
#include "image/platform.hpp"

#include <sys/utsname.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace image {

namespace {

/// Names as uname and users have them to Go's names.
void normalize(Platform& p) {
  struct Alias {
    const char *from, *architecture, *variant;
  };

  static constexpr Alias kAliases[] = {
      {"x86_64", "amd64", ""},
      {"x86-64", "amd64", ""},
      {"aarch64", "arm64", ""},
      {"armhf", "arm", "v7"},
      {"armel", "arm", "v6"},
      {"armv7l", "arm", "v7"},
      {"armv6l", "arm", "v6"},
      {"i386", "386", ""},
      {"i686", "386", ""},
  };
  p.os = base::lower(p.os);
  p.architecture = base::lower(p.architecture);
  p.variant = base::lower(p.variant);
  for (const auto& alias : kAliases) {
    if (p.architecture != alias.from) continue;
    p.architecture = alias.architecture;
    if (p.variant.empty()) p.variant = alias.variant;
    break;
  }
  // v8 and v1 are what these architectures are without saying so.
  if (p.architecture == "arm64" && (p.variant == "v8" || p.variant == "8")) p.variant.clear();
  if (p.architecture == "amd64" && p.variant == "v1") p.variant.clear();
  if (p.architecture == "arm" && p.variant.empty()) p.variant = "v7";
}

bool is_word(const std::string& text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-' || c == '.';
    if (!ok) return false;
  }
  return true;
}

}  // namespace

Platform host_platform() {
  utsname name{};
  if (::uname(&name) < 0) base::sys_fail("find this machine's architecture");
  Platform platform{"linux", name.machine, ""};
  normalize(platform);
  return platform;
}

Platform parse_platform(const std::string& text) {
  const auto parts = base::split(text, '/');
  bool ok = parts.size() <= 3;
  for (const auto& part : parts) ok = ok && is_word(part);
  if (!ok)
    base::fail(
        base::Kind::usage, "\"{}\" is an invalid OS/architecture platform: invalid argument", text);
  Platform platform;
  if (parts.size() == 1) {
    const bool is_os = base::lower(text) == "linux";
    platform = host_platform();
    if (!is_os) platform = {"linux", text, ""};
  } else {
    platform = {parts[0], parts[1], parts.size() == 3 ? parts[2] : ""};
  }
  normalize(platform);
  return platform;
}

bool fits(const Platform& have, const Platform& wanted) {
  Platform h = have, w = wanted;
  normalize(h);
  normalize(w);
  if (h.os != w.os || h.architecture != w.architecture) return false;
  return h.variant.empty() || w.variant.empty() || h.variant == w.variant;
}

bool is_attestation(const Descriptor& descriptor) {
  if (descriptor.annotations.contains("vnd.docker.reference.type")) return true;
  return descriptor.platform && descriptor.platform->os == "unknown";
}

}  // namespace image
