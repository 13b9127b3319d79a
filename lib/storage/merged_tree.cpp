// SPDX-License-Identifier: Apache-2.0
#include "storage/merged_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <set>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "storage/marks.hpp"

namespace storage {

namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

bool find_stat_at(int dir, const std::string& name, struct stat& st) {
  if (::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno != ENOENT) base::sys_fail("look at {}", base::printable(name));
  return false;
}

/// Only files are: a directory may have such a name because of what an archive has in it.
bool is_mark(const std::string& name, const struct stat& st) {
  return name.starts_with(kMarkPrefix) && S_ISREG(st.st_mode);
}

}  // namespace

MergedTree MergedTree::of_layers(std::vector<std::string> lower) {
  MergedTree tree;
  std::reverse(lower.begin(), lower.end());
  tree.layers_ = std::move(lower);
  return tree;
}

MergedTree MergedTree::of_directory(base::UniqueFd directory) {
  MergedTree tree;
  tree.directory_ = std::move(directory);
  return tree;
}

base::UniqueFd MergedTree::open(std::size_t part, const std::string& path) const {
  base::UniqueFd layer;
  if (has_marks()) layer = base::open_file(layers_[part], O_PATH | O_DIRECTORY);
  const int root = has_marks() ? layer.get() : directory_.get();
  auto fd = base::try_open_beneath(root, path.empty() ? "." : path.c_str(), kDirectoryFlags);
  if (!fd && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
    base::sys_fail("open /{}", base::printable(path));
  return fd;
}

MergedTree::Directory MergedTree::root() const {
  Directory root;
  if (!has_marks()) {
    root.parts = {0};
    return root;
  }
  for (std::size_t part = 0; part < layers_.size(); ++part) {
    root.parts.push_back(part);
    const auto fd = open(part, "");
    if (fd && is_opaque(fd.get())) break;
  }
  return root;
}

std::vector<MergedTree::Entry> MergedTree::entries(const Directory& directory) const {
  std::map<std::string, Entry> found;
  std::set<std::string> hidden;
  for (const std::size_t part : directory.parts) {
    const auto fd = open(part, directory.path);
    if (!fd) continue;
    std::vector<std::string> marks;  // of the layers below alone
    for (auto& name : base::list_directory(fmt::format("/proc/self/fd/{}", fd.get()))) {
      if (hidden.contains(name) || found.contains(name)) continue;
      Entry entry{name, {}, part};
      if (!find_stat_at(fd.get(), name, entry.st)) continue;
      if (!has_marks() || (!is_whiteout(entry.st) && !is_mark(name, entry.st)))
        found.emplace(std::move(name), std::move(entry));
      else
        marks.push_back(is_whiteout(entry.st) ? name : name.substr(kMarkPrefix.size()));
    }
    hidden.insert(marks.begin(), marks.end());
  }
  std::vector<Entry> entries;
  entries.reserve(found.size());
  for (auto& [name, entry] : found) entries.push_back(std::move(entry));
  return entries;
}

MergedTree::Directory MergedTree::below(const Directory& directory, const Entry& entry) const {
  Directory result{directory.path_of(entry.name), {}};
  if (!has_marks()) {
    result.parts = directory.parts;
    return result;
  }
  auto part = std::find(directory.parts.begin(), directory.parts.end(), entry.part);
  for (; part != directory.parts.end(); ++part) {
    const auto fd = open(*part, directory.path);

    struct stat st {};

    if (!fd) continue;
    if (!find_stat_at(fd.get(), entry.name, st)) {
      if (is_hidden_below(fd.get(), entry.name)) break;
      continue;
    }
    if (!S_ISDIR(st.st_mode)) break;
    result.parts.push_back(*part);
    const auto own = base::try_open_at(fd.get(), entry.name.c_str(), kDirectoryFlags);
    if (own && is_opaque(own.get())) break;
    if (is_hidden_below(fd.get(), entry.name)) break;
  }
  return result;
}

}  // namespace storage
