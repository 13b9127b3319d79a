// SPDX-License-Identifier: Apache-2.0
#include "container/mount_options.hpp"

#include <algorithm>
#include <array>

#include "base/sys.hpp"
#include "base/text.hpp"

namespace container {

namespace {

constexpr std::array<std::string_view, 7>
    kPropagations{"", "private", "rprivate", "slave", "rslave", "shared", "rshared"};

std::string why_invalid(const MountOption& mount, bool source_exists) {
  if (mount.target.empty()) return "field Target must not be empty";
  if (clean_path(mount.target) == "/") return "invalid specification: destination can't be '/'";
  if (mount.target.front() != '/') {
    return fmt::format("invalid mount path: '{}' mount path must be absolute", mount.target);
  }
  if (is_made_by_runtime(mount))
    return mount.source.empty() ? "" : "field Source must not be specified";
  if (mount.type == "image") return mount.source.empty() ? "field Source must not be empty" : "";
  if (mount.type != "bind") return mount.type == "volume" ? "" : "mount type unknown";
  if (mount.source.empty()) return "field Source must not be empty";
  if (std::find(kPropagations.begin(), kPropagations.end(), mount.propagation) ==
      kPropagations.end()) {
    return "invalid propagation mode: " + mount.propagation;
  }
  if (mount.source.front() != '/') {
    return fmt::format("invalid mount path: '{}' mount path must be absolute", mount.source);
  }
  if (source_exists && !mount.create_source && !base::exists(mount.source)) {
    return "bind source path does not exist: " + mount.source;
  }
  return {};
}

}  // namespace

void validate(const MountOption& mount, bool source_exists) {
  if (const auto why = why_invalid(mount, source_exists); !why.empty()) {
    base::fail(base::Kind::usage, "invalid mount config for type \"{}\": {}", mount.type, why);
  }
}

std::string clean_path(const std::string& path) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string> parts;
  for (auto& part : base::split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(std::move(part));
    } else if (!parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (!absolute) {
      parts.push_back(std::move(part));
    }
  }
  const std::string joined = base::join(parts, "/");
  if (absolute) return "/" + joined;
  return joined.empty() ? "." : joined;
}

}  // namespace container
