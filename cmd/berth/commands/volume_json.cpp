// SPDX-License-Identifier: Apache-2.0
#include "commands/volume_json.hpp"

#include "base/sys.hpp"
#include "base/text.hpp"

namespace cli {

namespace {

using base::Json;

/// Podman tells a limit within o= as an option of its own.
Json options_of(const storage::Volume& volume) {
  Json options = volume.options;
  if (options.is_null()) options = Json::object();
  const auto o = volume.options.find("o");
  if (o == volume.options.end()) return options;
  for (const auto& word : base::split(o->second, ',')) {
    if (word.starts_with("size=")) options["SIZE"] = word.substr(5);
  }
  return options;
}

}  // namespace

Json volume_json(const storage::Volume& volume) {
  const auto or_null = [](const std::map<std::string, std::string>& map) {
    return map.empty() ? Json(nullptr) : Json(map);
  };
  return {{"CreatedAt", base::rfc3339(volume.created)},
          {"Driver", volume.driver},
          {"Labels", or_null(volume.labels)},
          {"Mountpoint", volume.path},
          {"Name", volume.name},
          {"Options", or_null(volume.options)},
          {"Scope", "local"}};
}

Json volume_json_podman(const storage::Volume& volume) {
  // What an image has at the target comes into a volume at its first use, as long as that is empty.
  const bool is_empty = base::list_directory(volume.path).empty();
  Json json = {{"Name", volume.name},
               {"Driver", volume.driver},
               {"Mountpoint", volume.path},
               {"CreatedAt", base::rfc3339(volume.created)},
               {"Labels", Json::object()},
               {"Scope", "local"},
               {"Options", options_of(volume)},
               {"MountCount", 0},
               {"NeedsCopyUp", is_empty},
               {"NeedsChown", is_empty},
               {"LockNumber", 0},
               {"Anonymous", volume.anonymous}};
  for (const auto& [key, value] : volume.labels) json["Labels"][key] = value;
  return json;
}

}  // namespace cli
