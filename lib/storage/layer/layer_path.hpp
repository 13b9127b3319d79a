// SPDX-License-Identifier: Apache-2.0
// Names of a layer's entries: hostile text to a path that stays below the layer's root, and the
// names that mean whiteouts.
#pragma once

#include <string>
#include <string_view>

#include "storage/marks.hpp"

namespace storage {

/// "./a//b/../c/" to "a/c"; the root itself is "". As docker does, ".." goes by the text, not by
/// links. Kind corrupt for a name that leads out of the root or is longer than the kernel takes.
std::string clean_layer_path(std::string_view name);

/// A name as errors show it: no longer than a line.
std::string shown_name(std::string_view name);

/// "a/b" of "a/b/c", "" of "c".
inline std::string_view parent_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

/// "c" of "a/b/c".
inline std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// What an entry's last name says in a layer (OCI image specification, "Whiteouts").
enum class LayerMark {
  none,      ///< an entry like any other
  whiteout,  ///< ".wh.NAME" hides NAME of the layers below
  opaque,    ///< ".wh..wh..opq" hides all that the layers below have in this directory
  ignored,   ///< other ".wh..wh.*": what aufs left behind
};

/// Kind corrupt for a whiteout of nothing or of "." or "..".
LayerMark mark_of(std::string_view path);

/// NAME of ".wh.NAME".
inline std::string_view hidden_name(std::string_view name) {
  return name.substr(kMarkPrefix.size());
}

}  // namespace storage
