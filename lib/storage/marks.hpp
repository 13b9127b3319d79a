// SPDX-License-Identifier: Apache-2.0
// How a layer on disk says what it hides of those below: as overlay reads it (a device 0:0 in the place of a name, an attribute
// of a directory), or, where no overlay can be, by files as archives have them.
#pragma once

#include <string>
#include <string_view>
#include <sys/stat.h>

namespace storage {

/// ".wh.NAME" hides NAME of the layers below, this one all that they have in its directory.
inline constexpr std::string_view kMarkPrefix = ".wh.", kOpaqueMark = ".wh..wh..opq";

/// A device that hides what the layers below have under its name.
inline bool is_whiteout(const struct stat& st) {
  return S_ISCHR(st.st_mode) && st.st_rdev == 0;
}

/// Whether an open directory of a layer hides what those below have in it.
bool is_opaque(int directory);

/// Whether a file in it hides `name` of the layers below; what this one has under the name itself stays.
bool is_hidden_below(int directory, const std::string& name);

/// The overlay's own attributes: they would let an image hide or redirect what it likes, so none is
/// taken from one.
inline bool is_overlay_attribute(std::string_view name) {
  return name.starts_with("trusted.overlay.") || name.starts_with("user.overlay.");
}

}  // namespace storage
