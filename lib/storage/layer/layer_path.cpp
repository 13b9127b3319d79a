// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/layer_path.hpp"

#include <climits>

#include "base/error.hpp"
#include "storage/marks.hpp"

namespace storage {
namespace {

using base::Kind;

constexpr std::string_view kMeta = ".wh..wh.";

/// Most names are clean already, apart from a slash at the end.
bool is_clean(std::string_view name) {
  bool at_start = true;
  for (const char c : name) {
    if (at_start && (c == '.' || c == '/')) return false;
    at_start = c == '/';
  }
  return !at_start;
}

void append(std::string& path, std::string_view part, std::string_view whole) {
  if (part.empty() || part == ".") return;
  if (part == "..") {
    if (path.empty())
      base::fail(Kind::corrupt, "the entry {} leads out of the layer", shown_name(whole));
    path.resize(parent_of(path).size());
    return;
  }
  if (part.size() > NAME_MAX)
    base::fail(Kind::corrupt, "the entry {} has too long a name", shown_name(whole));
  if (!path.empty()) path += '/';
  path += part;
}

}  // namespace

std::string clean_layer_path(std::string_view name) {
  const std::string_view whole = name;
  if (name.ends_with('/')) name.remove_suffix(1);
  std::string path;
  if (name.size() <= NAME_MAX && is_clean(name)) {
    path = name;
    return path;
  }
  while (!name.empty()) {
    const auto slash = name.find('/');
    append(path, name.substr(0, slash), whole);
    name.remove_prefix(slash == std::string_view::npos ? name.size() : slash + 1);
  }
  if (path.size() >= PATH_MAX)
    base::fail(Kind::corrupt, "the entry {} has too long a name", shown_name(whole));
  return path;
}

std::string shown_name(std::string_view name) {
  constexpr std::size_t kMost = 200;
  if (name.size() <= kMost) return std::string(name);
  return std::string(name.substr(0, kMost)) + "...";
}

LayerMark mark_of(std::string_view path) {
  // Below aufs's own directories nothing is of the image.
  if (path.starts_with(kMeta) || path.find("/.wh..wh.") != std::string_view::npos) {
    return name_of(path) == kOpaqueMark && mark_of(parent_of(path)) != LayerMark::ignored
               ? LayerMark::opaque
               : LayerMark::ignored;
  }
  const auto name = name_of(path);
  if (!name.starts_with(kMarkPrefix)) return LayerMark::none;
  const auto hidden = hidden_name(name);
  if (hidden.empty() || hidden == "." || hidden == "..") {
    base::fail(Kind::corrupt, "the entry {} hides nothing that can have a name", shown_name(path));
  }
  return LayerMark::whiteout;
}

}  // namespace storage
