// SPDX-License-Identifier: Apache-2.0
// What every verb gets: global options and the store, opened when first asked for.
#pragma once

#include <memory>
#include <string>

#include "container/engine.hpp"
#include "speech.hpp"
#include "storage/store.hpp"

namespace cli {

struct GlobalOptions {
  std::string root, runroot;   ///< always set by main (storage/roots.hpp)
  std::string runtime;         ///< "crun" unless told otherwise
  std::string cgroup_manager;  ///< "systemd", "cgroupfs" or empty for what fits
  std::string log_level;
  std::vector<std::string> runtime_flags;     ///< --runtime-flag
  std::vector<std::string> hook_directories;  ///< --hooks-dir
  std::string events_backend;                 ///< "file", "journald", "none" or empty
  std::string event_file;                     ///< containers.conf: events_logfile_path
  std::int64_t event_file_size = 1'000'000;
  /// --storage-opt: "overlay.imagestore=/path". None: what storage.conf says, unless --root was given.
  std::vector<std::string> storage_options;
  bool reads_storage_conf = true;
  storage::StoreChoices storage;  ///< --storage-driver, --volumepath
  std::string static_dir;         ///< containers.conf: whose containers are seen
};

class Session {
 public:
  Session(Speech speech, GlobalOptions options);

  const Speech& speech() const { return speech_; }

  Dialect dialect() const { return speech_.dialect; }

  bool is_podman() const { return speech_.is_podman(); }

  const GlobalOptions& options() const { return options_; }

  /// "docker", "berth" or "podman": as called.
  const std::string& program() const { return speech_.program; }

  storage::Store& store();

  /// What was said of image stores, by flag or in storage.conf, as "overlay.imagestore=/path" or "imagestore=/path".
  std::vector<std::string> image_store_options() const;

  container::Engine& engine();

 private:
  Speech speech_;
  GlobalOptions options_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<container::Engine> engine_;
};

}  // namespace cli
