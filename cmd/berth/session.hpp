// SPDX-License-Identifier: Apache-2.0
// What every verb gets: global options and the store, opened when first asked for.
#pragma once

#include <memory>
#include <string>

#include "container/config.hpp"
#include "container/engine.hpp"
#include "speech.hpp"
#include "storage/store.hpp"

namespace cli {

struct GlobalOptions {
  std::string root, runroot;   ///< always set by main (storage/roots.hpp)
  std::string runtime;         ///< "crun" unless told otherwise
  std::string cgroup_manager;  ///< "systemd", "cgroupfs" or empty for what fits
  std::string log_level;
};

class Session {
 public:
  Session(Speech speech, GlobalOptions options, container::Config config = {});

  /// containers.conf.
  const container::Config& config() const { return config_; }

  const Speech& speech() const { return speech_; }

  Dialect dialect() const { return speech_.dialect; }

  bool is_podman() const { return speech_.is_podman(); }

  const GlobalOptions& options() const { return options_; }

  /// "docker", "berth" or "podman": as called.
  const std::string& program() const { return speech_.program; }

  storage::Store& store();

  container::Engine& engine();

 private:
  Speech speech_;
  GlobalOptions options_;
  container::Config config_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<container::Engine> engine_;
};

}  // namespace cli
