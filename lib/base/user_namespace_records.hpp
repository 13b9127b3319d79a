// SPDX-License-Identifier: Apache-2.0
// The file of processes that live in the shared user namespace. Every call needs the lock of
// user_namespace.hpp.
#pragma once

#include <functional>
#include <string>

#include "base/pid_ref.hpp"

namespace base {

class UserNamespaceRecords {
 public:
  explicit UserNamespaceRecords(std::string path) : path_(std::move(path)) {}

  /// Offers the recorded processes, oldest first, until `accept` takes one. True when it did. Lines
  /// that it refused are dropped once they are many, so that the file's length follows what lives,
  /// not what once ran.
  bool find(const std::function<bool(const PidRef&)>& accept);

  void add(const PidRef& process);

 private:
  std::string path_;
};

}  // namespace base
