// SPDX-License-Identifier: Apache-2.0
// Undoes what was done so far, latest first, unless committed.
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace base {

class Rollback {
 public:
  Rollback() = default;
  Rollback(const Rollback&) = delete;
  Rollback& operator=(const Rollback&) = delete;

  ~Rollback() {
    for (auto undo = undos_.rbegin(); undo != undos_.rend(); ++undo) {
      try {
        (*undo)();
      } catch (const std::exception&) {
        // The first failure is what the user must see; what this leaves behind, the next command sweeps.
      }
    }
  }

  void on_failure(std::function<void()> undo) { undos_.push_back(std::move(undo)); }

  void commit() { undos_.clear(); }

 private:
  std::vector<std::function<void()>> undos_;
};

/// Runs an act at scope end, whatever happened.
template <typename Act>
class Finally {
 public:
  explicit Finally(Act act) : act_(std::move(act)) {}

  Finally(const Finally&) = delete;
  Finally& operator=(const Finally&) = delete;

  ~Finally() { act_(); }

 private:
  Act act_;
};

}  // namespace base
