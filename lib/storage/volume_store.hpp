// SPDX-License-Identifier: Apache-2.0
// Named and anonymous volumes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "storage/store.hpp"

namespace storage {

struct Volume {
  std::string name;
  std::string driver = "local";
  std::string path;  ///< the mountpoint, VOLUMES/NAME/_data
  base::Moment created{};
  bool anonymous = false;
  std::map<std::string, std::string> labels, options;
};

class VolumeStore {
 public:
  explicit VolumeStore(Store& store) : store_(store) {}

  std::optional<Volume> find(const std::string& name);

  /// Kind not_found: "get NAME: no such volume".
  Volume get(const std::string& name);
  std::vector<Volume> list();

  /// Makes the directory and the row. Kind usage for a name that is none; an existing volume is returned as it is.
  Volume create(Volume wanted);

  /// Ids of the containers that use it.
  std::vector<std::string> users(const std::string& name);

  /// Kind in_use when a container uses it.
  void remove(const std::string& name);

 private:
  Store& store_;
};

}  // namespace storage
