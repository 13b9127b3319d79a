// SPDX-License-Identifier: Apache-2.0
#include "commands/archive_names.hpp"

#include "base/sys.hpp"
#include "errors.hpp"

namespace cli {

std::optional<std::string> archive_path(const std::string& name) {
  for (const char* transport : {"docker-archive:", "oci-archive:", "oci:", "dir:"}) {
    if (!name.starts_with(transport)) continue;
    std::string path = name.substr(std::string(transport).size());
    if (base::exists(path)) return path;
    return path.substr(0, path.find(':'));
  }
  return std::nullopt;
}

image::LoadResult load_archive(Session& session,
                               const std::string& name,
                               const std::string& path,
                               const std::string& platform,
                               bool quiet) {
  if (!base::exists(path))
    client_fail("unable to copy from source {}: open {}: no such file or directory", name, path);
  image::LoadRequest request;
  request.path = path;
  request.podman = true;
  request.quiet = quiet;
  request.platform = platform;
  return image::Transfer(session.store()).load(request);
}

}  // namespace cli
