// SPDX-License-Identifier: Apache-2.0
// Comparison with the files of tests/golden; ACCEPT=1 rewrites them.
#pragma once

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "base/environment.hpp"
#include "base/file.hpp"
#include "base/process.hpp"

namespace container::test {

/// tests/golden/spec, wherever the tests are run from.
inline std::string golden_directory() {
  std::filesystem::path here = __FILE__;
  if (here.is_relative())
    here = std::filesystem::path(base::executable_directory()).parent_path() / here;
  return here.lexically_normal().parent_path() / "../../../golden/spec";
}

inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = golden_directory() + "/" + name;
  if (base::environment("ACCEPT")) return base::write_file(path, text);
  const auto wanted = base::find_file_text(path);
  ASSERT_TRUE(wanted) << path << " is missing; make it with ACCEPT=1";
  EXPECT_EQ(text, *wanted) << "differs from " << path << "; accept it with ACCEPT=1";
}

}  // namespace container::test
