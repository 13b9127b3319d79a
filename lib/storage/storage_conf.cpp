// SPDX-License-Identifier: Apache-2.0
#include "storage/storage_conf.hpp"

#include <algorithm>
#include <fcntl.h>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/toml.hpp"
#include "base/user_namespace.hpp"

namespace storage {

namespace {

constexpr std::size_t kMostConfig = std::size_t{1} << 20;
constexpr const char* kMachines[] = {"/etc/containers/storage.conf",
                                     "/usr/share/containers/storage.conf"};

std::vector<std::string> config_files(bool usual_places) {
  if (const auto only = base::environment("CONTAINERS_STORAGE_CONF")) return {*only};
  if (!usual_places) return {};
  std::vector<std::string> files;
  constexpr const char* kFile = "/containers/storage.conf";
  if (const auto config = base::environment("XDG_CONFIG_HOME"))
    files.push_back(*config + kFile);
  else if (const auto home = base::environment("HOME"))
    files.push_back(*home + "/.config" + kFile);
  files.insert(files.end(), std::begin(kMachines), std::end(kMachines));
  return files;
}

/// Null when it is not there.
base::Json value_in(const std::string& path, std::initializer_list<const char*> keys) {
  const auto file = base::find_file(path, O_RDONLY);
  if (!file) return nullptr;
  const std::string lines = base::toml_without_comments(
      base::in_context("read " + path, [&] { return base::read_rest(file->get(), kMostConfig); }));
  if (lines.empty()) return nullptr;
  base::Json value = base::parse_toml(lines, path);
  for (const char* key : keys) {
    const auto found = value.is_object() ? value.find(key) : value.end();
    if (found == value.end()) return nullptr;
    base::Json below = std::move(*found);
    value = std::move(below);
  }
  return value;
}

}  // namespace

std::optional<StorageSetting> find_storage_setting(std::initializer_list<const char*> keys,
                                                   bool usual_places) {
  for (const auto& path : config_files(usual_places)) {
    base::Json value = value_in(path, keys);
    if (!value.is_null() && value != "") return StorageSetting{std::move(value), path};
  }
  return std::nullopt;
}

std::vector<std::string> configured_image_stores(bool usual_places) {
  constexpr const char* kKey = "additionalimagestores";
  const auto setting = find_storage_setting({"storage", "options", kKey}, usual_places);
  if (!setting) return {};
  const bool is_machines =
      std::find(std::begin(kMachines), std::end(kMachines), setting->file) != std::end(kMachines);
  if (is_machines && base::is_rootless()) return {};
  std::vector<std::string> stores;
  base::in_context(setting->file, [&] { base::read_value(setting->value, stores, kKey); });
  return stores;
}

}  // namespace storage
