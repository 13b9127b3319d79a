// SPDX-License-Identifier: Apache-2.0
// Jobs that are carried out by a few threads at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

namespace image {

/// Carries `job` out for 0 to `jobs` - 1 and meanwhile calls `tick` in the caller's thread. The first failure sets
/// `cancelled`, which the jobs look at, and is what is thrown once all have ended.
void carry_out(std::size_t jobs,
               int parallel,
               std::atomic<bool>& cancelled,
               const std::function<void(std::size_t)>& job,
               const std::function<void()>& tick);

}  // namespace image
