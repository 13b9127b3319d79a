// SPDX-License-Identifier: Apache-2.0
// Stepping into a network namespace and back.
#pragma once

#include <string>

#include "base/unique_fd.hpp"

namespace network {

/// Moves the calling thread into a network namespace until scope end.
class InsideNamespace {
 public:
  /// A new namespace.
  InsideNamespace();
  explicit InsideNamespace(int namespace_fd);
  InsideNamespace(const InsideNamespace&) = delete;
  InsideNamespace& operator=(const InsideNamespace&) = delete;
  ~InsideNamespace();

 private:
  base::UniqueFd home_;
};

/// The thread's current network namespace.
base::UniqueFd current_namespace();

/// Reads and writes "net/ipv4/ip_forward" below /proc/sys; these belong to the namespace the thread
/// is in. False when it cannot be written.
std::string read_sysctl(const std::string& name);
bool write_sysctl(const std::string& name, const std::string& value);

}  // namespace network
