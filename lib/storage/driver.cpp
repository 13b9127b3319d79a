// SPDX-License-Identifier: Apache-2.0
#include "storage/driver.hpp"

#include <fcntl.h>
#include <vector>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "base/toml.hpp"

namespace storage {

namespace {

constexpr std::size_t kMostConfig = std::size_t{1} << 20;

Driver get_driver(const std::string& word, const std::string& who) {
  if (const auto driver = parse_driver(word)) return *driver;
  base::fail(base::Kind::unsupported,
             "{}: the storage driver \"{}\" is not supported: there are overlay and vfs",
             who,
             base::printable(word));
}

std::vector<std::string> config_files(bool usual_places) {
  if (const auto only = base::environment("CONTAINERS_STORAGE_CONF")) return {*only};
  if (!usual_places) return {};
  std::vector<std::string> files;
  constexpr const char* kFile = "/containers/storage.conf";
  if (const auto config = base::environment("XDG_CONFIG_HOME"))
    files.push_back(*config + kFile);
  else if (const auto home = base::environment("HOME"))
    files.push_back(*home + "/.config" + kFile);
  files.push_back(std::string("/etc") + kFile);
  files.push_back(std::string("/usr/share") + kFile);
  return files;
}

std::optional<Driver> driver_in(const std::string& path) {
  const auto file = base::find_file(path, O_RDONLY);
  if (!file) return std::nullopt;
  const auto values = base::parse_toml(
      base::in_context("read " + path, [&] { return base::read_rest(file->get(), kMostConfig); }),
      path);
  const auto section = values.find("storage");
  if (section == values.end() || !section->is_object()) return std::nullopt;
  const auto driver = section->find("driver");
  if (driver == section->end() || *driver == "") return std::nullopt;
  if (!driver->is_string())
    base::fail(base::Kind::usage, "{}: storage.driver must be a string", path);
  return get_driver(driver->get<std::string>(), path);
}

}  // namespace

std::optional<Driver> parse_driver(const std::string& word) {
  if (word == "overlay" || word == "overlay2") return Driver::overlay;
  if (word == "vfs") return Driver::vfs;
  return std::nullopt;
}

const char* driver_name(Driver driver) {
  return driver == Driver::vfs ? "vfs" : "overlay";
}

std::optional<Driver> configured_driver(bool usual_places) {
  if (const auto word = base::environment("STORAGE_DRIVER"))
    return get_driver(*word, "STORAGE_DRIVER");
  for (const auto& path : config_files(usual_places)) {
    if (const auto driver = driver_in(path)) return driver;
  }
  return std::nullopt;
}

}  // namespace storage
