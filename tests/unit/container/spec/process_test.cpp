// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "container/spec/spec.hpp"

namespace container {
namespace {

using testing::ElementsAre;

const std::string kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

TEST(CommandLine, IsEmptyWhenNothingNamesACommand) {
  EXPECT_TRUE(command_line({}, {}).empty());
}

TEST(CommandLine, IsEmptyForAClearedEntrypointWithoutACommand) {
  CreateOptions options;
  options.entrypoint = std::vector<std::string>{};
  image::RunConfig image;
  image.entrypoint = {"/entry"};
  image.cmd = {"sh"};
  EXPECT_TRUE(command_line(options, image).empty());
}

TEST(CommandLine, JoinsEntrypointAndCommandOfImageAndUser) {
  image::RunConfig image;
  image.entrypoint = {"/entry", "-x"};
  image.cmd = {"serve"};
  CreateOptions options;
  EXPECT_THAT(command_line(options, image), ElementsAre("/entry", "-x", "serve"));
  options.command = {"a", "b"};
  EXPECT_THAT(command_line(options, image), ElementsAre("/entry", "-x", "a", "b"));
  options.entrypoint = std::vector<std::string>{"echo"};
  EXPECT_THAT(command_line(options, image), ElementsAre("echo", "a", "b"));
  options.command.clear();
  EXPECT_THAT(command_line(options, image), ElementsAre("echo"))
      << "the image's command goes with its entrypoint";
}

TEST(EnvironmentOf, HasDockersOrder) {
  CreateOptions options;
  options.tty = true;
  options.env = {"A=1", "B=two"};
  image::RunConfig image;
  image.env = {"IMAGE=x"};
  EXPECT_THAT(
      environment_of(options, image, "host", "/root"),
      ElementsAre(kPath, "HOSTNAME=host", "TERM=xterm", "A=1", "B=two", "IMAGE=x", "HOME=/root"));
}

TEST(EnvironmentOf, LetsTheUserWinOverTheImageAndTheImageOverTheDefaults) {
  CreateOptions options;
  options.env = {"A=user", "HOME=/mine", "A=last"};
  image::RunConfig image;
  image.env = {"PATH=/opt", "A=image", "HOME=/image"};
  EXPECT_THAT(environment_of(options, image, "h", "/root"),
              ElementsAre("PATH=/opt", "HOSTNAME=h", "A=last", "HOME=/mine"));
}

TEST(EnvironmentOf, RemovesWhatTheUserNamesWithoutAValue) {
  CreateOptions options;
  options.env = {"HOSTNAME", "IMAGE", "NEVER"};
  image::RunConfig image;
  image.env = {"IMAGE=x"};
  EXPECT_THAT(environment_of(options, image, "h", ""), ElementsAre(kPath, "HOME=/"));
}

TEST(EnvironmentOf, KeepsAnEmptyValue) {
  CreateOptions options;
  options.env = {"A="};
  EXPECT_THAT(environment_of(options, {}, "h", "/"),
              ElementsAre(kPath, "HOSTNAME=h", "A=", "HOME=/"));
}

}  // namespace
}  // namespace container
