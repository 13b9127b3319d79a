// SPDX-License-Identifier: Apache-2.0
#include "storage/driver.hpp"

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "storage/storage_conf.hpp"

namespace storage {

namespace {

Driver get_driver(const std::string& word, const std::string& who) {
  if (const auto driver = parse_driver(word)) return *driver;
  base::fail(base::Kind::unsupported,
             "{}: the storage driver \"{}\" is not supported: there are overlay and vfs",
             who,
             base::printable(word));
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
  const auto setting = find_storage_setting({"storage", "driver"}, usual_places);
  if (!setting) return std::nullopt;
  if (!setting->value.is_string())
    base::fail(base::Kind::usage, "{}: storage.driver must be a string", setting->file);
  return get_driver(setting->value.get<std::string>(), setting->file);
}

}  // namespace storage
