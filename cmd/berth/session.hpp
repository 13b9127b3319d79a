// SPDX-License-Identifier: Apache-2.0
// What every verb gets: global options and the store, opened when first asked for.
#pragma once

#include <memory>
#include <string>

#include "storage/store.hpp"

namespace cli {

/// Whose words and codes are spoken; the program's name decides (architecture: dialects).
enum class Dialect { docker, podman };

struct GlobalOptions {
  std::string root, runroot;
  std::string runtime;         ///< "crun" unless told otherwise
  std::string cgroup_manager;  ///< "systemd", "cgroupfs" or empty for what fits
  std::string log_level;
};

class Session {
 public:
  Session(Dialect dialect, GlobalOptions options);

  Dialect dialect() const { return dialect_; }
  bool is_podman() const { return dialect_ == Dialect::podman; }
  const GlobalOptions& options() const { return options_; }

  /// "docker", "berth" or "podman": as called.
  const std::string& program() const { return program_; }
  void set_program(std::string name) { program_ = std::move(name); }

  storage::Store& store();

 private:
  Dialect dialect_;
  GlobalOptions options_;
  std::string program_ = "berth";
  std::unique_ptr<storage::Store> store_;
};

}  // namespace cli
