// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/tls.hpp"

#include <algorithm>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"

namespace image {

std::vector<std::string> certificate_directories(const Url& url) {
  std::vector<std::string> parents = {"/etc/docker/certs.d", "/etc/containers/certs.d"};
  if (const auto home = base::environment("HOME"))
    parents.push_back(*home + "/.config/containers/certs.d");
  std::vector<std::string> directories;
  const bool usual_port = url.port == (url.is_https() ? 443 : 80);
  for (const auto& parent : parents) {
    if (usual_port) directories.push_back(parent + "/" + url.host);
    directories.push_back(fmt::format("{}/{}:{}", parent, url.host, url.port));
  }
  return directories;
}

TlsOptions read_certificates(const std::vector<std::string>& directories) {
  TlsOptions options;
  for (const auto& directory : directories) {
    auto names = base::list_directory(directory);
    std::sort(names.begin(), names.end());
    for (const auto& name : names) {
      const std::string path = directory + "/" + name;
      if (name.ends_with(".crt")) options.authorities += base::read_file(path) + "\n";
      if (!name.ends_with(".cert")) continue;
      options.certificate = path;
      options.key = path.substr(0, path.size() - 5) + ".key";
      if (!base::exists(options.key)) {
        base::fail(
            base::Kind::usage, "missing key {} for client certificate {}", options.key, path);
      }
    }
  }
  return options;
}

}  // namespace image
