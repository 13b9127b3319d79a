// SPDX-License-Identifier: Apache-2.0
// Podman's names of images that lie in archives and directories: "docker-archive:PATH[:NAME]" and its like.
#pragma once

#include <optional>
#include <string>

#include "image/transfer.hpp"
#include "session.hpp"

namespace cli {

/// What a name with a transport of archives and directories is read from: the path, without the image's name behind it.
std::optional<std::string> archive_path(const std::string& name);

/// Takes the images in. Throws ClientError when there is no such file.
image::LoadResult load_archive(Session& session,
                               const std::string& name,
                               const std::string& path,
                               const std::string& platform,
                               bool quiet);

}  // namespace cli
