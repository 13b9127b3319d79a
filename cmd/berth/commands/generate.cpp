// SPDX-License-Identifier: Apache-2.0
// berth generate man DIRECTORY, which the build calls
#include "base/file.hpp"
#include "base/sys.hpp"
#include "commands/list.hpp"
#include "manual.hpp"

namespace cli {

void register_generate_man(Verbs& verbs) {
  verbs.add({
      .names = {"generate man"},
      .usage = "DIRECTORY",
      .summary = "Write the manual pages",
      .arity = {1, 1},
      .group = Group::hidden,
      .completes = Completes::files,
      .needs_user_namespace = false,
      .act =
          [&verbs](Session&, const Words& words) {
            base::make_directories(words[0]);
            for (const auto& [name, text] : manual_pages(verbs))
              base::write_file(words[0] + "/" + name, text);
            return 0;
          },
  });
}

}  // namespace cli
