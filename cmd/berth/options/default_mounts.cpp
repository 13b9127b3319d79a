// SPDX-License-Identifier: Apache-2.0
#include "options/default_mounts.hpp"

#include <algorithm>

#include "base/environment.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"

namespace cli {

namespace {

std::string text_of(const std::string& file) {
  if (!file.empty()) return base::find_file_text(file).value_or("");
  std::vector<std::string> places{"/etc/containers/mounts.conf",
                                  "/usr/share/containers/mounts.conf"};
  const auto home = base::is_rootless() ? base::environment("HOME") : std::nullopt;
  if (home) places.insert(places.begin(), *home + "/.config/containers/mounts.conf");
  for (const auto& place : places) {
    if (auto text = base::find_file_text(place)) return *text;
  }
  return {};
}

}  // namespace

void add_default_mounts(const std::string& file, std::vector<container::MountOption>& mounts) {
  for (const auto& line : base::split(text_of(file), '\n')) {
    const std::string entry(base::trim(line));
    if (entry.empty() || entry[0] != '/') continue;
    const auto [source, target] = base::split_pair(entry, ':');
    container::MountOption mount;
    mount.type = "bind";
    mount.source = source;
    mount.target = container::clean_path(target.value_or(source));
    mount.read_only = true;
    const bool is_taken = std::any_of(mounts.begin(), mounts.end(), [&](const auto& other) {
      return other.target == mount.target;
    });
    if (is_taken) continue;
    if (base::exists(mount.source))
      mounts.push_back(std::move(mount));
    else
      base::debug("mounts.conf: {} does not exist, skipping", mount.source);
  }
}

}  // namespace cli
