// SPDX-License-Identifier: Apache-2.0
#include "base/thread.hpp"

#include <exception>
#include <thread>

namespace base {

void in_thread(const std::function<void()>& act) {
  std::exception_ptr failure;
  std::jthread thread([&] {
    try {
      act();
    } catch (...) {
      failure = std::current_exception();
    }
  });
  thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace base
