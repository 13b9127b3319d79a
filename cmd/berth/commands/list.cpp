// SPDX-License-Identifier: Apache-2.0
#include "commands/list.hpp"

namespace cli {

void register_all(Verbs& verbs) {
  register_help(verbs);
  register_version(verbs);
}

}  // namespace cli
