// SPDX-License-Identifier: Apache-2.0
#include "storage/store.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "base/user_namespace.hpp"
#include "storage/database_copy.hpp"
#include "storage/place.hpp"

namespace storage {

namespace {

std::string absolute(const std::string& path) {
  if (!path.empty() && path[0] == '/') return path;
  char buffer[4096];
  if (!::getcwd(buffer, sizeof buffer)) base::sys_fail("find the current directory");
  return std::string(buffer) + "/" + path;
}

constexpr const char* kLockSuffix = ".lock";

}  // namespace

Store::Store(std::string graphroot, std::string runroot, StoreChoices choices)
    : paths_(absolute(graphroot),
             absolute(runroot),
             choices.volumes.empty() ? "" : absolute(choices.volumes)),
      choices_(std::move(choices)) {}

void Store::prepare() {
  if (!base::exists(paths_.database())) database();
}

void Store::make_directories() {
  check_place(paths_.graphroot(), chosen_driver().value_or(Driver::overlay));
  base::make_directories(paths_.graphroot(), 0711);
  for (const auto& directory : {paths_.layers(), paths_.containers(), paths_.staging()})
    base::make_directories(directory, 0700);
  base::make_directories(paths_.blobs(), 0700);
  // They hold what containers have made: programs that are setuid, devices. Nobody else may come near them.
  base::make_directories(paths_.volumes(), 0700);
}

Store::Store(const std::string& graphroot, Store& reader)
    : paths_(graphroot, reader.paths().runroot()), reader_(&reader) {}

Store::~Store() = default;

void Store::open_copy() {
  copy_ = std::make_unique<Staging>(reader_->make_staging("image-store"));
  database_ = std::make_unique<Database>(copy_database(paths_.database(), copy_->path()));
  database_->script("PRAGMA query_only=ON");
}

const std::vector<std::unique_ptr<Store>>& Store::image_stores() {
  if (!find_image_stores_) return image_stores_;
  const auto own = base::find_stat(paths_.database());
  std::vector<std::unique_ptr<Store>> found;
  for (const auto& path : find_image_stores_()) {
    if (!path.starts_with('/'))
      base::fail(base::Kind::usage, "image store {}: the path is not absolute", path);
    if (!base::is_directory(path))
      base::fail(base::Kind::not_found, "image store {}: no such directory", path);
    std::unique_ptr<Store> store(new Store(path, *this));
    const auto st = base::find_stat(store->paths().database());
    if (!st || (own && st->st_ino == own->st_ino && st->st_dev == own->st_dev)) continue;
    if (st->st_uid != ::geteuid())
      base::fail(base::Kind::denied, "image store {} belongs to another user", path);
    found.push_back(std::move(store));
  }
  find_image_stores_ = nullptr;
  image_stores_ = std::move(found);
  return image_stores_;
}

Database& Store::database() {
  if (!database_ && is_read_only()) open_copy();
  if (!database_) {
    if (!base::exists(paths_.database()))
      base::in_context("prepare the store", [&] { make_directories(); });
    database_ = std::make_unique<Database>(paths_.database());
  }
  return *database_;
}

void Store::check_writable() const {
  if (is_read_only())
    base::fail(base::Kind::bug, "the image store {} is not written", paths_.graphroot());
}

std::optional<Driver> Store::chosen_driver() {
  if (!choices_.driver) choices_.driver = configured_driver(choices_.usual_places);
  return choices_.driver;
}

Driver Store::driver() {
  if (const auto chosen = chosen_driver()) return *chosen;
  // Somebody said vfs when the store was made.
  choices_.driver = carries_overlay(paths_.graphroot()) ? Driver::overlay : Driver::vfs;
  return *choices_.driver;
}

void Store::prepare_runroot() {
  check_writable();
  if (runroot_ready_) return;
  if (!base::is_directory(paths_.locks())) {
    base::in_context("prepare the run state", [&] {
      base::make_directories(paths_.runroot(), 0700);
      base::make_directory(paths_.run_containers(), 0700);
      base::make_directory(paths_.network(), 0700);
      base::make_directory(paths_.locks(), 0700);
    });
  }
  runroot_ready_ = true;
}

base::FileLock Store::lock(const std::string& object) {
  prepare_runroot();
  return base::FileLock(paths_.lock(object));
}

std::optional<base::FileLock> Store::try_lock(const std::string& object) {
  prepare_runroot();
  return base::FileLock::try_lock(paths_.lock(object));
}

Store::Staging Store::make_staging(const std::string& purpose) {
  check_writable();
  database();  // makes the directories
  const std::string path = paths_.staging() + "/" + purpose + "." + base::random_hex(12);
  // The lock comes first: a directory without one is rubbish to the sweep.
  base::FileLock lock(path + kLockSuffix);
  base::make_directory(path, 0700);
  return {path, std::move(lock)};
}

Store::Staging::~Staging() {
  if (path_.empty()) return;
  try {
    base::remove_tree(path_);
    base::remove_file(path_ + kLockSuffix);
  } catch (const std::exception& e) {
    base::debug("cannot remove {}: {}; a later command will", path_, e.what());
  }
}

void Store::sweep_staging() {
  for (const auto& name : base::list_directory(paths_.staging())) {
    if (name.ends_with(kLockSuffix)) continue;
    const std::string path = paths_.staging() + "/" + name;
    if (!base::exists(path + kLockSuffix)) {
      base::remove_tree(path);
      continue;
    }
    const auto lock = base::FileLock::try_lock(path + kLockSuffix);
    if (!lock) continue;
    base::remove_tree(path);
    base::remove_file(path + kLockSuffix);
  }
  for (const auto& name : base::list_directory(paths_.staging())) {
    const std::string path = paths_.staging() + "/" + name;
    if (!name.ends_with(kLockSuffix)) continue;
    if (base::exists(path.substr(0, path.size() - 5))) continue;
    if (const auto lock = base::FileLock::try_lock(path)) base::remove_file(path);
  }
}

Attributes Store::attributes() const {
  return base::in_user_namespace() ? Attributes::user : Attributes::trusted;
}

Attributes Store::layer_attributes() const {
  return carries_overlay(paths_.graphroot()) ? attributes() : Attributes::none;
}

}  // namespace storage
