// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/replaced_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/sys.hpp"
#include "storage/layer/layer_path.hpp"

namespace storage {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

[[noreturn]] void fail_replacing(const std::string& name) {
  base::sys_fail("replace {}", shown_name(name));
}

}  // namespace

int ReplacedFiles::directory() {
  if (!fd_) {
    base::make_directory(path_, 0700);
    fd_ = base::open_file(path_, kDirectoryFlags);
  }
  return fd_.get();
}

void ReplacedFiles::take_file(int parent, const std::string& name, const struct stat& st) {
  if (st.st_nlink == 1) bytes_ += st.st_size;
  if (st.st_size > 0) {
    const std::string kept = std::to_string(st.st_ino);
    if (::renameat(parent, name.c_str(), directory(), kept.c_str()) < 0) fail_replacing(name);
  }
  // Between two links to one file a rename does nothing.
  if (::unlinkat(parent, name.c_str(), 0) < 0 && errno != ENOENT) fail_replacing(name);
}

void ReplacedFiles::take_tree(int parent, const std::string& name) {
  if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0) return;
  // However deep it is, no more than one directory of it is open: those below are moved up beside
  // it.
  std::vector<std::string> todo;
  move_up(parent, name, todo);
  while (!todo.empty()) {
    const std::string next = std::move(todo.back());
    todo.pop_back();
    do empty(next, todo);
    while (::unlinkat(directory(), next.c_str(), AT_REMOVEDIR) < 0 && errno == ENOTEMPTY);
  }
}

void ReplacedFiles::move_up(int parent, const std::string& name, std::vector<std::string>& todo) {
  todo.push_back("tree." + std::to_string(trees_++));
  if (::renameat(parent, name.c_str(), directory(), todo.back().c_str()) < 0) fail_replacing(name);
}

void ReplacedFiles::empty(const std::string& tree, std::vector<std::string>& todo) {
  base::UniqueFd fd = base::try_open_at(directory(), tree.c_str(), kDirectoryFlags);
  if (!fd) fail_replacing(tree);
  const int dir_fd = fd.get();
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(dir_fd), ::closedir);
  if (!dir) fail_replacing(tree);
  fd.release();
  while (const dirent* child = ::readdir(dir.get())) {
    const std::string name = child->d_name;

    struct stat st {};

    if (name == "." || name == "..") continue;
    if (::fstatat(dir_fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) fail_replacing(name);
    if (S_ISREG(st.st_mode)) {
      take_file(dir_fd, name, st);
    } else if (S_ISDIR(st.st_mode)) {
      move_up(dir_fd, name, todo);
    } else if (::unlinkat(dir_fd, name.c_str(), 0) < 0) {
      fail_replacing(name);
    }
  }
}

}  // namespace storage
