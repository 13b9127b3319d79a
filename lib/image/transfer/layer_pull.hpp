// SPDX-License-Identifier: Apache-2.0
// The layers of one image, several at a time: each is read, verified, unpacked and committed in one pass. Their transfers
// begin together with that of the config, which says what they must be once unpacked.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
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

  /// Gives the diff ids of the layers, in their order: reads the config. Called once, in the caller's thread.
  using ReadDiffIds = std::function<std::vector<std::string>()>;

  /// When it returns, all are in the store, under leases of this process. What `read_diff_ids` throws ends it.
  void pull(const std::vector<Descriptor>& layers, const ReadDiffIds& read_diff_ids, int parallel);

 private:
  struct Task {
    Descriptor blob;
    std::string directory;
    std::string diff_id = {};  ///< empty: the layer turned out to be here
    Progress::Layer* progress = nullptr;
  };

  void add_tasks(const std::vector<Descriptor>& layers, const std::string& staging);
  void settle(const std::vector<Descriptor>& layers, const std::vector<std::string>& diff_ids);
  void settle_layer(const Descriptor& blob, const std::string& diff_id, bool is_repeated);
  void wait_until_settled();
  void check_known(const Task& task);
  bool is_known(const std::string& blob);
  void unpack(Task& task, BlobReader& reader);

  void work();
  void wait_for_workers(std::vector<std::jthread>& workers);
  Task* next_task();
  void fetch(Task& task);
  bool is_here(const std::string& diff_id);
  std::optional<base::FileLock> try_lock(const std::string& object);
  std::optional<base::FileLock> lock_blob(const std::string& digest);
  void note_failure();
  void check_cancelled() const;

  storage::Store& store_;
  storage::LayerStore layers_;
  std::vector<Registry*> registries_;
  Progress& progress_;
  std::atomic<bool>& cancelled_;

  std::deque<Task> tasks_;
  std::mutex store_mutex_;  // the store is for one thread at a time
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_ = 0;
  int working_ = 0;
  bool settled_ = false;  // what each task is for is known
  std::exception_ptr failure_;
};

}  // namespace image
