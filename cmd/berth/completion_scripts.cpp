// SPDX-License-Identifier: Apache-2.0
// The shells' side of completion: each asks `PROGRAM __complete WORDS`, which answers lines "word<TAB>description" and then
// ":0" where files of the host may stand, ":2" where moreover no blank is to follow, ":4" where neither is so.
#include "base/error.hpp"
#include "base/text.hpp"
#include "completion.hpp"
#include "completions/berth.bash.hpp"
#include "completions/berth.fish.hpp"
#include "completions/berth.zsh.hpp"

namespace cli {

namespace {

const char* script_for(const std::string& shell) {
  if (shell == "bash") return completions::kBash;
  if (shell == "zsh") return completions::kZsh;
  if (shell == "fish") return completions::kFish;
  client_fail("unknown shell \"{}\": must be one of \"bash\", \"zsh\", \"fish\"", shell);
}

}  // namespace

std::string completion_script(const std::string& shell, const std::string& program) {
  return base::replaced(script_for(shell), "berth", program);
}

}  // namespace cli
