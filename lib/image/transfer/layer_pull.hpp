// SPDX-License-Identifier: Apache-2.0
// The layers of one image, several at a time: each is read, verified, unpacked and committed in one pass.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "image/transfer/progress.hpp"
#include "image/transfer/registry.hpp"
#include "storage/layer_store.hpp"
#include "storage/store.hpp"

namespace image {

struct WantedLayer {
  std::string diff_id;
  Descriptor blob;
};

class LayerPull {
 public:
  /// `cancelled` ends the transfers of `registries`; it is set when one layer fails.
  LayerPull(storage::Store& store,
            std::vector<Registry*> registries,
            Progress& progress,
            std::atomic<bool>& cancelled)
      : store_(store),
        layers_(store),
        registries_(std::move(registries)),
        progress_(progress),
        cancelled_(cancelled) {}

  /// When it returns, all are in the store, under leases of this process.
  void pull(const std::vector<WantedLayer>& wanted, int parallel);

 private:
  struct Task {
    WantedLayer layer;
    Progress::Layer* progress;
    std::string directory;
  };

  void work();
  void wait_for_workers(std::vector<std::jthread>& workers);
  Task* next_task();
  void fetch(Task& task);
  bool is_here(const std::string& diff_id);
  std::optional<base::FileLock> try_lock(const std::string& object);
  std::optional<base::FileLock> lock_layer(const std::string& diff_id);
  void note_failure();
  void check_cancelled() const;

  storage::Store& store_;
  storage::LayerStore layers_;
  std::vector<Registry*> registries_;
  Progress& progress_;
  std::atomic<bool>& cancelled_;

  std::vector<Task> tasks_;
  std::mutex store_mutex_;  // the store is for one thread at a time
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_ = 0;
  int working_ = 0;
  std::exception_ptr failure_;
};

}  // namespace image
