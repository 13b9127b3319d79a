// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/auth_file.hpp"

#include <sys/stat.h>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"

namespace image {
namespace {

class AuthFileTest : public testing::Test {
 protected:
  base::Json read() const { return base::parse_json(base::read_file(path_), "file"); }

  base::TempDir directory_{"/tmp", "auth"};
  std::string path_ = directory_.path() + "/deep/er/auth.json";
};

TEST_F(AuthFileTest, IsMadeForItsOwnerAlone) {
  edit_auth_file(path_, [](base::Json& json) {
    json["auths"] = {{"a", {{"auth", "x"}}}};
    return true;
  });
  EXPECT_EQ(base::find_stat(path_)->st_mode & 0777U, 0600U);
  EXPECT_EQ(base::find_stat(directory_.path() + "/deep")->st_mode & 0777U, 0700U);
  EXPECT_EQ(read()["auths"]["a"]["auth"], "x");
}

TEST_F(AuthFileTest, IsNotWrittenForNothing) {
  edit_auth_file(path_, [](base::Json&) { return false; });
  EXPECT_FALSE(base::exists(path_));
}

TEST_F(AuthFileTest, StaysAsItIsWhenItIsMalformed) {
  base::make_directories(directory_.path() + "/deep/er");
  for (const std::string text : {"{", "[1]", "\"secret\""}) {
    base::write_file(path_, text);
    EXPECT_THROW(edit_auth_file(path_, [](base::Json&) { return true; }), base::Error);
    EXPECT_EQ(base::read_file(path_), text);
  }
}

TEST_F(AuthFileTest, ForgetsNothingOfTwoWhoWriteAtOnce) {
  std::vector<std::jthread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([this, i] {
      edit_auth_file(path_, [i](base::Json& json) {
        json["auths"][std::to_string(i)] = base::Json::object();
        return true;
      });
    });
  }
  writers.clear();
  EXPECT_EQ(read()["auths"].size(), 8U);
}

TEST_F(AuthFileTest, IsNotLookedForInASessionThatIsNone) {
  ::setenv("XDG_RUNTIME_DIR", "/nosuch", 1);
  EXPECT_THROW(own_auth_file(AuthDialect::podman), base::Error);
  ::unsetenv("XDG_RUNTIME_DIR");
  EXPECT_EQ(own_auth_file(AuthDialect::podman),
            "/run/containers/" + std::to_string(::getuid()) + "/auth.json");
}

}  // namespace
}  // namespace image
