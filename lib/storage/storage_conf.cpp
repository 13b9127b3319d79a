// SPDX-License-Identifier: Apache-2.0
#include "storage/storage_conf.hpp"

#include <fcntl.h>
#include <optional>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/toml.hpp"
#include "base/user_namespace.hpp"

namespace storage {

namespace {

constexpr std::size_t kMostConfig = std::size_t{1} << 20;

std::vector<std::string> config_files(bool usual_places) {
  if (const auto only = base::environment("CONTAINERS_STORAGE_CONF")) return {*only};
  if (!usual_places) return {};
  std::vector<std::string> files;
  constexpr const char* kFile = "/containers/storage.conf";
  if (const auto config = base::environment("XDG_CONFIG_HOME"))
    files.push_back(*config + kFile);
  else if (const auto home = base::environment("HOME"))
    files.push_back(*home + "/.config" + kFile);
  if (base::is_rootless()) return files;
  files.push_back(std::string("/etc") + kFile);
  files.push_back(std::string("/usr/share") + kFile);
  return files;
}

/// The value at storage.options.KEY of one file; null when it is not there.
base::Json option_in(const std::string& path, const char* key) {
  const auto file = base::find_file(path, O_RDONLY);
  if (!file) return nullptr;
  const auto text =
      base::in_context("read " + path, [&] { return base::read_rest(file->get(), kMostConfig); });
  base::Json value = base::parse_toml(text, path);
  for (const char* name : {"storage", "options", key}) {
    const auto found = value.find(name);
    if (found == value.end()) return nullptr;
    base::Json below = *found;
    value = std::move(below);
    if (name != key && !value.is_object()) return nullptr;
  }
  return value;
}

}  // namespace

std::vector<std::string> configured_image_stores(bool usual_places) {
  constexpr const char* kKey = "additionalimagestores";
  for (const auto& path : config_files(usual_places)) {
    const auto value = option_in(path, kKey);
    if (value.is_null()) continue;
    std::vector<std::string> stores;
    base::in_context(path, [&] { base::read_value(value, stores, kKey); });
    return stores;
  }
  return {};
}

}  // namespace storage
