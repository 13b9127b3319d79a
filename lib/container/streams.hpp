// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace container {

/// Which of a container's standard streams a client takes part in.
struct Streams {
  bool in = false, out = false, err = false;
};

}  // namespace container
