// SPDX-License-Identifier: Apache-2.0
// Splits a command line into flags and words by the rules of pflag, Go's POSIX flag library:
//   --name value, --name=value, -n value, -nvalue, -n=value, -abn value (a and b take none),
//   --flag, --flag=false;
//   `--` ends the flags; `-` is a word; without interspersed flags the first word ends them, too.
// Words and values are never changed, whatever is in them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cli {

/// What the splitter must know of a flag.
struct Flag {
  enum class Takes {
    nothing,  ///< a bool: bare is true, =VALUE must be one
    value,    ///< =VALUE or the next word
    maybe,    ///< =VALUE, or bare for `bare`
  };

  std::vector<std::string> names;  ///< long ones, without dashes
  std::string letters = {};        ///< short ones
  Takes takes = Takes::nothing;
  std::string bare = "true";

  /// "-m, --memory", as error texts have it.
  std::string label() const;
};

struct GivenFlag {
  std::size_t flag = 0;  ///< its place in the list of flags
  std::string value;     ///< of a bool: "true" or "false"
};

struct Argv {
  std::vector<GivenFlag> flags;    ///< in the order given
  std::vector<std::string> words;  ///< positional ones
  bool help = false;               ///< --help was among the flags
  bool short_help = false;         ///< it was -h, where no flag of that letter exists
};

/// Throws UsageError with pflag's words. --help is known even when it is not in the list.
Argv split_argv(const std::vector<Flag>& flags,
                const std::vector<std::string>& words,
                bool interspersed);

/// The UsageError of a value that a flag refuses.
class UsageError invalid_argument(const std::string& value,
                                  const Flag& flag,
                                  const std::string& why);

}  // namespace cli
