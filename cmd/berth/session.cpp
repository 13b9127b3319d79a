// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "base/sys.hpp"
#include "storage/storage_conf.hpp"

namespace cli {

Session::Session(Speech speech, GlobalOptions options)
    : speech_(std::move(speech)), options_(std::move(options)) {}

storage::Store& Session::store() {
  if (store_) return *store_;
  store_ = std::make_unique<storage::Store>(options_.root, options_.runroot, options_.storage);
  store_->use_image_stores([this] {
    std::vector<std::string> paths;
    for (const auto& option : image_store_options())
      paths.push_back(option.substr(option.find('=') + 1));
    return paths;
  });
  return *store_;
}

std::vector<std::string> Session::image_store_options() const {
  if (!options_.storage_options.empty() || !options_.reads_storage_conf)
    return options_.storage_options;
  std::vector<std::string> options;
  // Who calls us docker has no such file, unless the environment names one.
  for (const auto& path : storage::configured_image_stores(program() != "docker"))
    options.push_back("imagestore=" + path);
  return options;
}

container::Engine& Session::engine() {
  if (engine_) return *engine_;
  engine_ = std::make_unique<container::Engine>(store());
  if (!options_.runtime.empty()) engine_->runtime = options_.runtime;
  engine_->runtime_flags = options_.runtime_flags;
  engine_->hook_directories = options_.hook_directories;
  engine_->cgroup_manager = options_.cgroup_manager;
  engine_->self = {base::read_link("/proc/self/exe").value_or(program()),
                   "--root",
                   store().paths().graphroot(),
                   "--runroot",
                   store().paths().runroot()};
  // The monitor's commands read no containers.conf: what it chose goes with them.
  if (options_.runtime != "crun")
    engine_->self.insert(engine_->self.end(), {"--runtime", options_.runtime});
  if (!options_.cgroup_manager.empty())
    engine_->self.insert(engine_->self.end(), {"--cgroup-manager", options_.cgroup_manager});
  for (const auto& option : options_.storage_options)
    engine_->self.insert(engine_->self.end(), {"--storage-opt", option});
  for (const auto& directory : options_.hook_directories)
    engine_->self.insert(engine_->self.end(), {"--hooks-dir", directory});
  engine_->containers.use_static_dir(options_.static_dir);
  if (!options_.static_dir.empty())
    engine_->self.insert(engine_->self.end(), {"--static-dir", options_.static_dir});
  if (!options_.event_file.empty()) {
    engine_->self.insert(engine_->self.end(),
                         {"--events-logfile-path",
                          options_.event_file,
                          "--events-logfile-max-size",
                          std::to_string(options_.event_file_size)});
  }
  return *engine_;
}

}  // namespace cli
