// SPDX-License-Identifier: Apache-2.0
#include "container/health.hpp"

#include <gtest/gtest.h>

#include "base/file.hpp"

namespace container {
namespace {

Details with_image_check() {
  Details details;
  image::Healthcheck check;
  check.test = {"CMD-SHELL", "true"};
  check.interval = 5;
  check.retries = 7;
  details.image.healthcheck = check;
  return details;
}

TEST(Health, ThereIsNoCheckWithoutOneOrWithNone) {
  EXPECT_FALSE(health_check_of({}));
  Details none;
  none.image.healthcheck = image::Healthcheck{.test = {"NONE"}};
  EXPECT_FALSE(health_check_of(none));
  Details bare;
  bare.image.healthcheck = image::Healthcheck{.test = {"CMD"}};
  EXPECT_FALSE(health_check_of(bare));
}

TEST(Health, NoHealthcheckSwitchesTheImagesOff) {
  Details details = with_image_check();
  details.options.no_healthcheck = true;
  EXPECT_FALSE(health_check_of(details));
}

TEST(Health, WhatIsNotChangedComesFromTheImage) {
  Details details = with_image_check();
  details.options.health.emplace().interval = 9;
  const auto check = health_check_of(details);
  ASSERT_TRUE(check);
  EXPECT_EQ(check->test, (std::vector<std::string>{"CMD-SHELL", "true"}));
  EXPECT_EQ(check->interval, 9);
  EXPECT_EQ(check->retries, 7);
}

TEST(Health, TheFirstStateIsStarting) {
  const base::TempDir directory("/tmp", "health");
  EXPECT_EQ(health_status(directory.path()), "");
  EXPECT_FALSE(read_health(directory.path()));
  begin_health(directory.path());
  EXPECT_EQ(health_status(directory.path()), "starting");
  const auto health = read_health(directory.path());
  ASSERT_TRUE(health);
  EXPECT_EQ(health->failing_streak, 0);
  EXPECT_TRUE(health->log.empty());
}

}  // namespace
}  // namespace container
