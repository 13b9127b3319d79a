// SPDX-License-Identifier: Apache-2.0
// A new image ends with one sync of its file system. What takes long to unpack is written to the disk meanwhile, by a processor
// that has nothing else to do, so that little is left for that last sync (30,000 small files: a fifth of the whole pull).
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/unique_fd.hpp"

namespace storage {

class EarlySync {
 public:
  /// Begins after a moment: what is quick is left to the last sync. `path` is on the file system.
  explicit EarlySync(const std::string& path);

  /// Ends without a word when the work has failed already.
  ~EarlySync();

  EarlySync(const EarlySync&) = delete;
  EarlySync& operator=(const EarlySync&) = delete;

  /// Ends, and tells what could not be written: the last sync would no longer know of it.
  void finish();

 private:
  void work();
  void stop();

  std::string path_;
  base::UniqueFd fd_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stop_ = false;
  int error_ = 0;  ///< errno of a sync that failed
  std::jthread thread_;
};

}  // namespace storage
