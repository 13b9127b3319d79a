// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "base/sys.hpp"

namespace cli {

namespace {

/// The first program that there is of those that containers.conf names for this runtime; else the name itself.
std::string runtime_program(const container::Config& config, const std::string& name) {
  for (const auto& path : config.list_in("engine", "runtimes", name)) {
    if (base::exists(path)) return path;
  }
  return name;
}

}  // namespace

Session::Session(Speech speech, GlobalOptions options, container::Config config)
    : speech_(std::move(speech)), options_(std::move(options)), config_(std::move(config)) {
  if (options_.runtime.empty())
    options_.runtime = config_.text("engine", "runtime").value_or("crun");
  options_.runtime = runtime_program(config_, options_.runtime);
  if (options_.cgroup_manager.empty())
    options_.cgroup_manager = config_.text("engine", "cgroup_manager").value_or("");
}

storage::Store& Session::store() {
  if (!store_) store_ = std::make_unique<storage::Store>(options_.root, options_.runroot);
  return *store_;
}

container::Engine& Session::engine() {
  if (engine_) return *engine_;
  engine_ = std::make_unique<container::Engine>(store());
  if (!options_.runtime.empty()) engine_->runtime = options_.runtime;
  engine_->cgroup_manager = options_.cgroup_manager;
  engine_->self = {base::read_link("/proc/self/exe").value_or(program()),
                   "--root",
                   store().paths().graphroot(),
                   "--runroot",
                   store().paths().runroot()};
  return *engine_;
}

}  // namespace cli
