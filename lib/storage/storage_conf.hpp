// SPDX-License-Identifier: Apache-2.0
// storage.conf(5), as far as berth reads it. These files are looked at, and the first that has the value counts:
//
//   $CONTAINERS_STORAGE_CONF                      in the place of all others
//   $XDG_CONFIG_HOME/containers/storage.conf      (~/.config)
//   /etc/containers/storage.conf                  root alone, as what they name is root's
//   /usr/share/containers/storage.conf
#pragma once

#include <string>
#include <vector>

namespace storage {

/// storage.options.additionalimagestores. Without `usual_places` only the variable is looked at. Kind usage for a file that is
/// no TOML, or where it is no list of texts.
std::vector<std::string> configured_image_stores(bool usual_places);

}  // namespace storage
