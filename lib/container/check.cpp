// SPDX-License-Identifier: Apache-2.0
#include "container/check.hpp"

#include <algorithm>
#include <set>

#include "base/file.hpp"
#include "base/sys.hpp"
#include "container/finish.hpp"
#include "container/state.hpp"
#include "image/mount.hpp"

namespace container {

namespace {

class Check {
 public:
  explicit Check(Engine& engine) : engine_(engine), paths_(engine.store.paths()) {}

  Findings run() {
    staging();
    containers();
    container_directories();
    run_state();
    networks();
    layers();
    images();
    image_copies();
    volumes();
    return std::move(findings_);
  }

 private:
  void swept(std::string line) { findings_.swept.push_back(std::move(line)); }

  void damaged(std::string line) { findings_.damaged.push_back(std::move(line)); }

  void staging() {
    const auto before = base::list_directory(paths_.staging());
    engine_.store.sweep_staging();
    const auto after = base::list_directory(paths_.staging());
    for (const auto& name : before) {
      if (std::find(after.begin(), after.end(), name) == after.end())
        swept("staging entry " + name);
    }
  }

  /// Containers that ended without anybody to clean up after them.
  void containers() {
    for (const auto& record : engine_.containers.list_everywhere()) {
      known_.insert(record.id);
      if (!base::is_directory(paths_.container(record.id)))
        damaged("container " + record.name + " has lost its files");
      for (const auto& layer : engine_.layers.of_container(record.id)) {
        if (!base::is_directory(layer.diff()))
          damaged("container " + record.name + " has lost layer " + layer.id);
      }
      const State state = state_of(engine_, record);
      if (state.has_process()) alive_.push_back(record.id);
      if (!state.needs_cleanup) continue;
      clean_up(engine_, record.id);
      swept("run of container " + record.name);
    }
  }

  void container_directories() {
    for (const auto& id : base::list_directory(paths_.containers())) {
      if (known_.contains(id)) continue;
      const auto lock = engine_.lock(id);
      // A create makes the directory before the row: only one that nobody came to fill is rubbish.
      if (engine_.containers.find_by_id(id)) continue;
      base::remove_tree(paths_.container(id));
      base::remove_file(paths_.lock("container-" + id));
      swept("files of container " + id);
    }
  }

  void run_state() {
    for (const auto& id : base::list_directory(paths_.run_containers())) {
      if (std::find(alive_.begin(), alive_.end(), id) != alive_.end()) continue;
      const auto lock = base::FileLock::try_lock(paths_.lock("container-" + id));
      if (!lock) continue;  // a start is under way
      auto record = engine_.containers.find_by_id(id);
      if (record && state_of(engine_, *record).has_process()) {
        alive_.push_back(id);
        continue;
      }
      if (!record) {
        record.emplace();
        record->id = record->name = id;
      }
      give_back(engine_, *record);
      drop_run_directory(engine_, id);
      swept("run state of container " + record->name);
    }
  }

  void networks() {
    // Asked when something is found: a container may have been started since this check began.
    const auto is_alive = [this](const std::string& id) {
      const auto record = engine_.containers.find_by_id(id);
      return record &&
             (state_of(engine_, *record).has_process() || base::exists(engine_.run_directory(id)));
    };
    for (auto& line : network::sweep(engine_.store, is_alive)) swept(std::move(line));
  }

  void layers() {
    std::set<std::string> directories;
    for (const auto& name : base::list_directory(paths_.layers()))
      directories.insert(paths_.layers() + "/" + name);
    auto rows = engine_.store.database().query("SELECT id, path FROM layers");
    while (rows.next()) {
      directories.erase(rows.text(1));
      directories.erase(engine_.layers.directory(rows.text(0)));
      if (!base::is_directory(rows.text(1) + "/diff"))
        damaged("layer " + rows.text(0) + " has lost its files");
    }
    for (const auto& directory : directories) {
      const std::string key = directory.substr(directory.find_last_of('/') + 1);
      const auto lock = base::FileLock::try_lock(paths_.lock("layer-" + key));
      if (!lock) continue;  // about to be committed
      auto row = engine_.store.database().query("SELECT 1 FROM layers WHERE path = ?", directory);
      if (row.next()) continue;
      base::remove_tree(directory);
      swept("layer directory " + key);
    }
  }

  void images() {
    for (const auto& image : engine_.images.list()) {
      for (const auto& digest : {image.id, image.manifest}) {
        if (!engine_.images.find_blob(digest))
          damaged("image " + image.id + " has lost blob " + digest);
      }
    }
  }

  /// Of images that were shown to people before a reboot.
  void image_copies() {
    for (const auto& name : base::list_directory(paths_.image_copies())) {
      const auto lock = engine_.store.try_lock("image-" + name);
      if (!lock || image::is_mounted(engine_.store, "sha256:" + name)) continue;
      base::remove_tree(paths_.image_copies() + "/" + name);
      swept("copy of image " + name);
    }
  }

  void volumes() {
    std::set<std::string> names;
    for (const auto& volume : engine_.volumes.list()) {
      names.insert(volume.name);
      if (!base::is_directory(volume.path))
        damaged("volume " + volume.name + " has lost its files");
    }
    if (paths_.volumes_lie_elsewhere()) return;
    for (const auto& name : base::list_directory(paths_.volumes())) {
      if (names.contains(name)) continue;
      const auto lock = engine_.store.lock("volume-" + name);
      if (engine_.volumes.find(name)) continue;
      base::remove_tree(paths_.volumes() + "/" + name);
      swept("files of volume " + name);
    }
  }

  Engine& engine_;
  const storage::Paths& paths_;
  Findings findings_;
  std::set<std::string> known_;
  std::vector<std::string> alive_;
};

}  // namespace

Findings check_store(Engine& engine) {
  return Check(engine).run();
}

}  // namespace container
