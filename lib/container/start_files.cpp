// SPDX-License-Identifier: Apache-2.0
#include "container/start_files.hpp"

#include <algorithm>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/mapped_namespaces.hpp"
#include "base/sys.hpp"
#include "base/user_namespace.hpp"
#include "container/user_mapping.hpp"

namespace container {

void write_engine_file(const Record& record,
                       const CreateOptions& options,
                       const std::string& directory,
                       MountedFiles& files) {
  const bool is_users =
      std::any_of(options.mounts.begin(), options.mounts.end(), [](const MountOption& m) {
        return m.target == "/run" && m.type != "tmpfs";
      });
  if (!options.rules.engine_file || is_users) return;
  const std::string path = directory + "/containerenv";
  std::string text;
  if (options.security.privileged) {
    text = fmt::format(
        "engine=\"{}\"\nname=\"{}\"\nid=\"{}\"\nimage=\"{}\"\nimageid=\"{}\"\nrootless={}\n",
        options.rules.engine,
        record.name,
        record.id,
        options.image,
        record.image.substr(record.image.find(':') + 1),
        base::is_rootless() ? 1 : 0);
  }
  base::write_file(path, text, 0644);
  files.emplace_back(path, "/run/.containerenv");
}

void write_secrets(const Engine& engine,
                   const Record& record,
                   const CreateOptions& options,
                   const std::string& directory,
                   MountedFiles& files,
                   std::vector<std::string>& variables) {
  for (std::size_t n = 0; n < options.secrets.size(); ++n) {
    const auto& use = options.secrets[n];
    const auto kept = fmt::format("{}/secrets/{}", engine.store.paths().container(record.id), n);
    const auto data = base::read_file(kept);
    if (use.variable) {
      variables.push_back(use.target + "=" + data);
      continue;
    }
    const auto path = fmt::format("{}/secret-{}", directory, n);
    base::write_file(path, data, use.mode);
    const auto mapping = user_mapping(options.namespaces);
    const auto uid = mapping ? base::map_id(mapping->uids, use.uid) : use.uid;
    const auto gid = mapping ? base::map_id(mapping->gids, use.gid) : use.gid;
    if (::chown(path.c_str(), uid, gid) < 0) base::sys_fail("change the owner of {}", path);
    files.emplace_back(path, use.target);
  }
}

}  // namespace container
