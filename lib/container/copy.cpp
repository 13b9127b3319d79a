// SPDX-License-Identifier: Apache-2.0
#include "container/copy.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/sys.hpp"
#include "container/mount_options.hpp"
#include "container/spec/spec.hpp"
#include "container/user_mapping.hpp"

namespace container {

namespace {

constexpr int kMostLinks = 40;  // as many as the kernel follows

/// Go's PreserveTrailingDotOrSeparator: clean, but what the end says stays.
std::string clean_keeping_end(const std::string& path) {
  std::string clean = clean_path(path);
  if (clean == "/") return clean;
  if (path.ends_with("/.")) return clean + "/.";
  return path.ends_with('/') ? clean + "/" : clean;
}

std::string working_directory() {
  char buffer[PATH_MAX];
  if (!::getcwd(buffer, sizeof buffer)) base::sys_fail("find the working directory");
  return buffer;
}

std::string join(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

std::optional<struct stat> find_stat(int root, const std::string& path, int flags) {
  const auto fd = base::find_in_root(root, path, O_PATH | flags);
  if (!fd) return std::nullopt;
  return base::stat_of(fd->get(), path);
}

/// Where a link at the end of the path leads, by the links' text as docker does it; each directory
/// on the way resolves in the root.
std::string follow_links(int root, std::string path) {
  for (int i = 0; i < kMostLinks; ++i) {
    const auto [directory, name] = split_entry(path);
    const auto parent = base::find_in_root(root, directory, O_PATH | O_DIRECTORY);
    char target[PATH_MAX];
    const ssize_t size =
        parent ? ::readlinkat(parent->get(), name.c_str(), target, sizeof target) : -1;
    if (size < 0) return path;
    const std::string text(target, static_cast<std::size_t>(size));
    path = text.starts_with('/') ? clean_path(text) : clean_path(join(directory, text));
  }
  base::fail(base::Kind::usage, "too many levels of symbolic links: {}", path);
}

bool is_below(const std::string& path, const std::string& directory) {
  return path == directory || path.starts_with(directory == "/" ? "/" : directory + "/");
}

}  // namespace

CopyPlace::CopyPlace(std::shared_ptr<const Files> files,
                     std::string container,
                     const std::string& path)
    : container_(std::move(container)),
      path_(clean_keeping_end("/" + path)),
      files_(std::move(files)) {}

CopyPlace::CopyPlace(const std::string& path)
    : path_(clean_keeping_end(path.starts_with('/') ? path : working_directory() + "/" + path)),
      host_(base::open_file("/", O_PATH | O_DIRECTORY)) {}

CopyEnd CopyPlace::look() const {
  const std::string path = asks_for_directory(path_) ? path_ : follow_links(root(), path_);
  const auto st = find_stat(root(), path, 0);
  return {path, st.has_value(), st && S_ISDIR(st->st_mode)};
}

bool CopyPlace::has_directory(const std::string& path) const {
  return base::find_in_root(root(), path, O_PATH | O_DIRECTORY).has_value();
}

std::pair<std::shared_ptr<const Files>, std::shared_ptr<const Files>>
open_files(Engine& engine, const std::string& source, const std::string& target) {
  const auto id_of = [&](const std::string& name) {
    return name.empty() ? "" : engine.containers.get(name).id;
  };
  const std::string from = id_of(source), to = id_of(target);
  const auto open = [&](const std::string& id) -> std::shared_ptr<const Files> {
    if (id.empty()) return nullptr;
    return std::make_shared<const Files>(engine, id, Files::With::mounts);
  };
  if (from == to) {
    const auto both = open(from);
    return {both, both};
  }
  // Two that do not run are locked both: always the same one first.
  if (from < to) {
    auto first = open(from);
    return {first, open(to)};
  }
  auto first = open(to);
  return {open(from), first};
}

std::optional<CopySource> find_source(const CopyPlace& place, bool follow) {
  CopySource source;
  auto [directory, name] = split_entry(place.path());
  source.entry = name.empty() ? "." : name;
  source.end.path = place.path();
  const bool itself = asks_for_directory(place.path()) || name.empty();
  if (!itself && follow)
    std::tie(directory, name) = split_entry(follow_links(place.root(), clean_path(place.path())));
  if (itself || name.empty()) {
    auto fd =
        base::find_in_root(place.root(), itself ? place.path() : directory, O_PATH | O_DIRECTORY);
    if (!fd) return std::nullopt;
    source.parent = std::move(*fd);
    source.end.exists = source.end.is_directory = true;
    return source;
  }
  auto parent = base::find_in_root(place.root(), directory, O_PATH | O_DIRECTORY);

  struct stat st {};

  if (!parent || ::fstatat(parent->get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0)
    return std::nullopt;
  source.parent = std::move(*parent);
  source.name = name;
  source.end.exists = true;
  source.end.is_directory = S_ISDIR(st.st_mode);
  return source;
}

void check_writable(Engine& engine, const CopyPlace& target) {
  const auto options = engine.containers.details(target.files()->record().id).options;
  const std::string path = clean_path(target.path());
  const MountOption* covering = nullptr;
  for (const auto& mount : options.mounts) {
    if (is_below(path, mount.target) &&
        (!covering || mount.target.size() > covering->target.size()))
      covering = &mount;
  }
  if (covering && covering->read_only)
    base::fail(base::Kind::usage, "mounted volume is marked read-only");
  if (!covering && options.read_only)
    base::fail(base::Kind::usage, "container rootfs is marked read-only");
}

image::CopyRequest request_for(Engine& engine,
                               const CopyPlace& target,
                               const std::string& directory,
                               const CopyOptions& options) {
  image::CopyRequest request;
  request.directory = directory;
  request.overwrite = options.overwrite;
  if (!target.files()) {
    // As for any program that makes files: they belong to whoever runs it.
    request.keep_owner = false;
    request.devices = false;
    return request;
  }
  const auto details = engine.containers.details(target.files()->record().id);
  request.target_mapping = user_mapping(details.options.namespaces);
  if (!options.to_user) return request;
  const auto& user = details.options.user.empty() ? details.image.user : details.options.user;
  const auto ids = find_user(target.root(), user, {});
  request.uid = ids.uid;
  request.gid = ids.gid;
  return request;
}

}  // namespace container
