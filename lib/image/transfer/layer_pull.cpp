// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/layer_pull.hpp"

#include <chrono>
#include <set>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/interrupt.hpp"
#include "base/lock.hpp"
#include "base/rollback.hpp"
#include "base/sys.hpp"
#include "image/transfer/fixup.hpp"
#include "storage/layer/layer_writer.hpp"

namespace image {

namespace {

using base::Kind;
using storage::WrittenLayer;

constexpr std::chrono::milliseconds kTick{100};

/// Not the lock of the layer itself, which commit() takes.
std::string lock_name(const std::string& diff_id) {
  return "fetch-" + diff_id.substr(diff_id.find(':') + 1);
}

void verify(const WrittenLayer& written, const WantedLayer& wanted) {
  if (written.digest != wanted.blob.digest || written.compressed_size != wanted.blob.size) {
    base::fail(Kind::corrupt, "what came has digest {}", written.digest);
  }
  if (written.diff_id != wanted.diff_id) {
    base::fail(Kind::corrupt,
               "its content has diff id {}, the image config says {}",
               written.diff_id,
               wanted.diff_id);
  }
}

}  // namespace

void LayerPull::pull(const std::vector<WantedLayer>& wanted, int parallel) {
  std::set<std::string> seen;
  for (const auto& layer : wanted) {
    if (!seen.insert(layer.diff_id).second) continue;
    if (is_here(layer.diff_id))
      progress_.add_existing(layer.blob.digest);
    else
      tasks_.push_back({layer, &progress_.add_layer(layer.blob.digest, layer.blob.size), {}});
  }
  if (tasks_.empty()) return;
  const auto staging = store_.make_staging("pull");
  for (auto& task : tasks_)
    task.directory =
        staging.path() + "/" + base::short_id(task.layer.diff_id) + base::random_hex(8);
  std::vector<std::jthread> workers;
  working_ = std::min(parallel, static_cast<int>(tasks_.size()));
  for (int i = 0; i < working_; ++i) workers.emplace_back([this] { work(); });
  wait_for_workers(workers);
  if (failure_) std::rethrow_exception(failure_);
  progress_.finish();
}

void LayerPull::wait_for_workers(std::vector<std::jthread>& workers) {
  {
    std::unique_lock lock(mutex_);
    while (working_ > 0) {
      changed_.wait_for(lock, kTick);
      lock.unlock();
      if (base::is_interrupted()) cancelled_ = true;
      progress_.update();
      lock.lock();
    }
  }
  for (auto& worker : workers) worker.join();
}

void LayerPull::work() {
  try {
    while (Task* task = next_task()) fetch(*task);
  } catch (const std::exception&) {
    note_failure();
  }
  const std::lock_guard lock(mutex_);
  --working_;
  changed_.notify_all();
}

LayerPull::Task* LayerPull::next_task() {
  const std::lock_guard lock(mutex_);
  if (cancelled_ || next_ == tasks_.size()) return nullptr;
  return &tasks_[next_++];
}

/// The first failure is the cause; those of the others follow from it.
void LayerPull::note_failure() {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::current_exception();
  cancelled_ = true;
}

void LayerPull::check_cancelled() const {
  base::check_interrupt();
  if (cancelled_) base::fail(Kind::remote, "given up");
}

bool LayerPull::is_here(const std::string& diff_id) {
  const std::lock_guard lock(store_mutex_);
  return layers_.lease(diff_id);
}

std::optional<base::FileLock> LayerPull::try_lock(const std::string& object) {
  const std::lock_guard lock(store_mutex_);
  return store_.try_lock(object);
}

/// The lock of a layer that nobody has; nothing when somebody else brought the layer meanwhile. Waiting is looked after
/// by turns, since it must end when this pull is given up.
std::optional<base::FileLock> LayerPull::lock_layer(const std::string& diff_id) {
  const std::string object = lock_name(diff_id);
  for (;;) {
    auto lock = try_lock(object);
    if (lock && is_here(diff_id)) return std::nullopt;
    if (lock) return lock;
    check_cancelled();
    std::this_thread::sleep_for(kTick / 2);
  }
}

void LayerPull::fetch(Task& task) {
  const WantedLayer& layer = task.layer;
  if (const auto lock = lock_layer(layer.diff_id)) {
    // Whoever still holds the old file when its name is gone finds the layer here.
    const base::Finally unlock(
        [&] { base::remove_file(store_.paths().lock(lock_name(layer.diff_id))); });
    base::in_context("pull layer " + base::short_id(layer.blob.digest), [&] {
      task.progress->state = Progress::State::downloading;
      BlobReader reader(registries_, layer.blob);
      const auto source = [&](void* buffer, std::size_t size) {
        const std::size_t n = reader.read(buffer, size);
        task.progress->bytes = reader.offset();
        if (n == 0) task.progress->state = Progress::State::downloaded;
        return n;
      };
      base::make_directory(task.directory, 0700);
      const WrittenLayer written =
          storage::write_layer(source, task.directory, store_.attributes());
      verify(written, layer);
      keep_implicit_directories(task.directory, written.implicit_directories);
      const std::lock_guard guard(store_mutex_);
      layers_.commit(
          {written.diff_id, "", written.size, written.tar_size},
          task.directory,
          storage::LayerSource{layer.blob.digest, layer.blob.size, layer.blob.media_type});
    });
  }
  task.progress->state = Progress::State::complete;
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

}  // namespace image
