// SPDX-License-Identifier: Apache-2.0
#include "options/preserved.hpp"

#include <fcntl.h>
#include <set>

#include "base/text.hpp"
#include "errors.hpp"
#include "flags.hpp"

namespace cli {

void add_preserved(FlagTable& table, Preserved& preserved) {
  table
      .add_option("--preserve-fds",
                  preserved.count,
                  "Hand this many descriptors from number 3 on to the container")
      .type_name("uint");
  table
      .add_option("--preserve-fd",
                  preserved.list,
                  "Hand the descriptors with these numbers to the container")
      .type_name("string");
}

std::vector<int> finish(const Preserved& preserved) {
  constexpr int kMost = 200;
  if (preserved.count < 0 || preserved.count > kMost)
    client_fail("more than {} descriptors cannot be preserved", kMost);
  std::set<int> numbers;
  for (int n = 0; n < preserved.count; ++n) numbers.insert(3 + n);
  for (const auto& word : base::split(preserved.list, ',')) {
    if (word.empty()) continue;
    const auto number = base::parse_number<int>(word);
    if (!number || *number < 3) client_fail("invalid --preserve-fd: \"{}\"", word);
    numbers.insert(*number);
  }
  if (numbers.size() > kMost) client_fail("more than {} descriptors cannot be preserved", kMost);
  for (const int number : numbers) {
    if (::fcntl(number, F_GETFD) < 0)
      client_fail(
          "file descriptor {} is not available - the preserve-fds option requires that "
          "file descriptors must be passed",
          number);
  }
  return {numbers.begin(), numbers.end()};
}

}  // namespace cli
