// SPDX-License-Identifier: Apache-2.0
// One store: a graphroot and a runroot. Everything below is opened when first used.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/lock.hpp"
#include "storage/database.hpp"
#include "storage/driver.hpp"
#include "storage/paths.hpp"

namespace storage {

/// Which overlay attributes layers carry: the kernel reads trusted.* for root, user.* inside a user namespace. Where no overlay
/// can be, whiteouts are files by the names that they have in archives (".wh.NAME").
enum class Attributes { trusted, user, none };

/// What a user may choose of a store.
struct StoreChoices {
  std::optional<Driver> driver;  ///< else what the environment and storage.conf say
  bool usual_places = true;      ///< storage.conf is looked for
  std::string volumes;           ///< where new named volumes go; empty: below the graphroot
};

class Store {
 public:
  Store(std::string graphroot, std::string runroot, StoreChoices choices = {});
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  const Paths& paths() const { return paths_; }

  /// The database; made on first use, with the directories above it.
  Database& database();

  /// Makes the store, unless it is there. Kind denied in a place that cannot hold one.
  void prepare();

  /// What new containers are made with: as chosen, else overlay, or vfs in a store that lies where no overlay can be.
  Driver driver();

  /// The lock of one object ("container-ID", "layer-HEX"). Order of locks: container, volume, image, layer.
  base::FileLock lock(const std::string& object);

  /// The same without waiting: nothing when somebody else holds it.
  std::optional<base::FileLock> try_lock(const std::string& object);

  /// A fresh directory below staging/ with a lock file held while the returned object lives; the sweep leaves
  /// directories whose lock is held alone.
  class Staging;
  Staging make_staging(const std::string& purpose);

  /// Removes what killed commands left in staging/. Called by commands that write there.
  void sweep_staging();

  /// Of overlay mounts.
  Attributes attributes() const;

  /// Of layers that are being written.
  Attributes layer_attributes() const;

  /// Names the graphroots of other stores whose images and layers are used, and never written; asked when first needed.
  using FindImageStores = std::function<std::vector<std::string>()>;

  void use_image_stores(FindImageStores find) { find_image_stores_ = std::move(find); }

  /// Those, in their order; a directory without a store in it is left out. Kind not_found for one that is not there, denied
  /// for one of somebody else's, whose ids would stand for others here.
  const std::vector<std::unique_ptr<Store>>& image_stores();

  /// One of those: its database is a copy, and it has no locks and no staging.
  bool is_read_only() const { return reader_ != nullptr; }

 private:
  Store(const std::string& graphroot, Store& reader);
  void open_copy();
  void check_writable() const;
  void make_directories();
  void prepare_runroot();
  std::optional<Driver> chosen_driver();

  Paths paths_;
  StoreChoices choices_;
  Store* reader_ = nullptr;        ///< who reads this one
  std::unique_ptr<Staging> copy_;  ///< of the database
  std::unique_ptr<Database> database_;
  bool runroot_ready_ = false;
  FindImageStores find_image_stores_;
  std::vector<std::unique_ptr<Store>> image_stores_;
};

class Store::Staging {
 public:
  Staging(std::string path, base::FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  Staging(Staging&& other) noexcept : path_(std::move(other.path_)), lock_(std::move(other.lock_)) {
    other.path_.clear();
  }

  Staging& operator=(Staging&&) = delete;
  ~Staging();  ///< removes the directory with all that is still in it

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  base::FileLock lock_;
};

}  // namespace storage
