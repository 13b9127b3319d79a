// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

namespace cli {

Session::Session(Speech speech, GlobalOptions options)
    : speech_(std::move(speech)), options_(std::move(options)) {}

storage::Store& Session::store() {
  if (!store_) store_ = std::make_unique<storage::Store>(options_.root, options_.runroot);
  return *store_;
}

}  // namespace cli
