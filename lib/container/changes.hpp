// SPDX-License-Identifier: Apache-2.0
// What differs between an overlay's upper directory (or a layer) and the layers below it: `diff`,
// and what `commit` leaves out.
#pragma once

#include <string>
#include <vector>

#include "container/engine.hpp"

namespace container {

struct Change {
  enum class What { modified, added, removed };

  What what;
  std::string path;  ///< "/etc/passwd"

  bool operator==(const Change&) const = default;
};

struct Changes {
  std::vector<Change> list;  ///< a directory before what is in it, names sorted
  /// What the runtime made to have something to mount on: "etc/hosts". Not in the list.
  std::vector<std::string> placeholders;
};

/// `upper` and `lower` are directories; `lower` shows the layers below as a container would see
/// them.
Changes find_changes(int upper, int lower);

/// Where runtimes mount something in every container. What of it the image lacks, they make in the
/// container's own layer; docker has it in a layer below that.
bool is_mounted_on(const std::string& path);

/// Of a container against its image.
Changes changes_of_container(Engine& engine, const Record& record);

/// Of an image's topmost layer against those below.
Changes changes_of_image(Engine& engine, const std::string& image_id);

}  // namespace container
