// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/layer_pull.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/interrupt.hpp"
#include "base/lock.hpp"
#include "base/rollback.hpp"
#include "base/sys.hpp"
#include "image/transfer/fixup.hpp"
#include "storage/layer/early_sync.hpp"
#include "storage/layer/layer_writer.hpp"

namespace image {

namespace {

using base::Kind;
using storage::WrittenLayer;

constexpr std::chrono::milliseconds kTick{100};

/// Not the lock of the layer itself, which commit() takes.
std::string lock_name(const std::string& digest) {
  return "fetch-" + digest.substr(digest.find(':') + 1);
}

[[noreturn]] void refuse_diff_id(const std::string& is, const std::string& wanted) {
  base::fail(Kind::corrupt, "its content has diff id {}, the image config says {}", is, wanted);
}

void verify(const WrittenLayer& written, const Descriptor& blob, const std::string& diff_id) {
  if (written.digest != blob.digest || written.compressed_size != blob.size)
    base::fail(Kind::corrupt, "what came has digest {}", written.digest);
  if (written.diff_id != diff_id) refuse_diff_id(written.diff_id, diff_id);
}

std::string words(const std::string& digest) {
  return "pull layer " + base::short_id(digest);
}

}  // namespace

void LayerPull::pull(const std::vector<Descriptor>& layers,
                     const ReadDiffIds& read_diff_ids,
                     int parallel) {
  const auto staging = store_.make_staging("pull");
  add_tasks(layers, staging.path());
  storage::EarlySync early_sync(staging.path());
  std::vector<std::jthread> workers;
  working_ = std::min(parallel, static_cast<int>(tasks_.size()));
  for (int i = 0, count = working_; i < count; ++i) workers.emplace_back([this] { work(); });
  try {
    settle(layers, read_diff_ids());
  } catch (const std::exception&) {
    note_failure();
  }
  wait_for_workers(workers);
  if (failure_) std::rethrow_exception(failure_);
  early_sync.finish();
  progress_.finish();
}

/// A task for each blob that is not known to be a layer here.
void LayerPull::add_tasks(const std::vector<Descriptor>& layers, const std::string& staging) {
  std::set<std::string> seen;
  for (const auto& blob : layers) {
    if (!seen.insert(blob.digest).second || is_known(blob.digest)) continue;
    tasks_.push_back({blob, staging + "/" + base::short_id(blob.digest) + base::random_hex(8)});
  }
}

/// Tells every task what its layer must be, now that the config is here.
void LayerPull::settle(const std::vector<Descriptor>& layers,
                       const std::vector<std::string>& diff_ids) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    base::in_context(words(layers[i].digest), [&] {
      settle_layer(layers[i], diff_ids[i], !seen.insert(diff_ids[i]).second);
    });
  }
  const std::lock_guard lock(mutex_);
  settled_ = true;
  changed_.notify_all();
}

void LayerPull::settle_layer(const Descriptor& blob, const std::string& diff_id, bool is_repeated) {
  const auto task = std::find_if(
      tasks_.begin(), tasks_.end(), [&](const Task& t) { return t.blob.digest == blob.digest; });
  const bool is_task = task != tasks_.end();
  if (is_task && !task->diff_id.empty() && task->diff_id != diff_id)
    refuse_diff_id(task->diff_id, diff_id);
  if (!is_task) check_known({blob, {}, diff_id});
  if (is_repeated) return;
  if (is_here(diff_id)) return progress_.add_existing(blob.digest);
  if (!is_task) base::fail(Kind::bug, "the layer was here and is gone");
  task->diff_id = diff_id;
  task->progress = &progress_.add_layer(blob.digest, blob.size);
}

/// The transfer may have begun long before: until now nothing was made of what came.
void LayerPull::wait_until_settled() {
  std::unique_lock lock(mutex_);
  while (!settled_) {
    check_cancelled();
    changed_.wait_for(lock, kTick);
  }
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

bool LayerPull::is_known(const std::string& blob) {
  const std::lock_guard lock(store_mutex_);
  const auto layer = layers_.find_by_source(blob);
  return layer && layers_.lease(layer->id);
}

bool LayerPull::is_here(const std::string& diff_id) {
  const std::lock_guard lock(store_mutex_);
  return layers_.lease(diff_id);
}

std::optional<base::FileLock> LayerPull::try_lock(const std::string& object) {
  const std::lock_guard lock(store_mutex_);
  return store_.try_lock(object);
}

/// The lock of a blob that nobody has; nothing when somebody else brought the layer meanwhile. Waiting is looked after
/// by turns, since it must end when this pull is given up.
std::optional<base::FileLock> LayerPull::lock_blob(const std::string& digest) {
  const std::string object = lock_name(digest);
  for (;;) {
    auto lock = try_lock(object);
    if (lock && is_known(digest)) {
      base::remove_file(store_.paths().lock(object));
      return std::nullopt;
    }
    if (lock) return lock;
    check_cancelled();
    std::this_thread::sleep_for(kTick / 2);
  }
}

void LayerPull::fetch(Task& task) {
  if (const auto lock = lock_blob(task.blob.digest)) {
    // Whoever still holds the old file when its name is gone finds the layer here.
    const base::Finally unlock(
        [&] { base::remove_file(store_.paths().lock(lock_name(task.blob.digest))); });
    base::in_context(words(task.blob.digest), [&] {
      BlobReader reader(registries_, task.blob);
      reader.start();
      wait_until_settled();
      if (!task.diff_id.empty()) unpack(task, reader);
    });
  } else {
    wait_until_settled();
    base::in_context(words(task.blob.digest), [&] {
      if (!task.diff_id.empty()) check_known(task);
    });
  }
  if (task.progress) task.progress->state = Progress::State::complete;
  const std::lock_guard guard(mutex_);
  changed_.notify_all();
}

/// Somebody else has verified what the blob is.
void LayerPull::check_known(const Task& task) {
  const std::lock_guard lock(store_mutex_);
  const auto known = layers_.find_by_source(task.blob.digest);
  if (known && known->id != task.diff_id) refuse_diff_id(known->id, task.diff_id);
}

void LayerPull::unpack(Task& task, BlobReader& reader) {
  task.progress->state = Progress::State::downloading;
  const auto source = [&](void* buffer, std::size_t size) {
    const std::size_t n = reader.read(buffer, size);
    task.progress->bytes = reader.offset();
    if (n == 0) task.progress->state = Progress::State::downloaded;
    return n;
  };
  base::make_directory(task.directory, 0700);
  const WrittenLayer written =
      storage::write_layer(source, task.directory, store_.layer_attributes());
  verify(written, task.blob, task.diff_id);
  keep_implicit_directories(task.directory, written.implicit_directories);
  const std::lock_guard guard(store_mutex_);
  layers_.commit({written.diff_id, "", written.size, written.tar_size},
                 task.directory,
                 storage::LayerSource{task.blob.digest, task.blob.size, task.blob.media_type});
}

}  // namespace image
