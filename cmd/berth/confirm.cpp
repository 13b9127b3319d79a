// SPDX-License-Identifier: Apache-2.0
#include "confirm.hpp"

#include <cstdio>

#include "base/text.hpp"

namespace cli {

bool ask() {
  const std::string question = "Are you sure you want to continue? [y/N] ";
  std::fwrite(question.data(), 1, question.size(), stdout);
  std::fflush(stdout);
  std::string answer;
  for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar())
    answer += static_cast<char>(c);
  return base::lower(base::trim(answer)) == "y";
}

bool confirm(const std::string& warning) {
  const std::string line = "WARNING! " + warning + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
  return ask();
}

}  // namespace cli
