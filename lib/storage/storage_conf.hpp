// SPDX-License-Identifier: Apache-2.0
// storage.conf(5), as far as berth reads it. These files are looked at:
//
//   $CONTAINERS_STORAGE_CONF                      in the place of all others
//   $XDG_CONFIG_HOME/containers/storage.conf      (~/.config)
//   /etc/containers/storage.conf
//   /usr/share/containers/storage.conf
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fields.hpp"

namespace storage {

struct StorageSetting {
  base::Json value;
  std::string file;  ///< that has it
};

/// The value at these keys, one table below the other, of the first file that has it (an empty text is none). Without
/// `usual_places` only the variable is looked at. Kind usage for a file that is no TOML.
std::optional<StorageSetting> find_storage_setting(std::initializer_list<const char*> keys,
                                                   bool usual_places);

/// storage.options.additionalimagestores. For an ordinary user only his own file counts: what the machine's name is root's.
/// Kind usage where it is no list of texts.
std::vector<std::string> configured_image_stores(bool usual_places);

}  // namespace storage
