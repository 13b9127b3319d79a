// SPDX-License-Identifier: Apache-2.0
#include "image/disk_usage.hpp"

#include <gtest/gtest.h>

#include "tests/unit/image/store_fixture.hpp"

namespace image {

TEST_F(ImageStoreTest, AnEmptyStoreUsesNothing) {
  const auto usage = disk_usage(images_);
  EXPECT_TRUE(usage.images.empty());
  EXPECT_EQ(usage.layers, 0);
}

TEST_F(ImageStoreTest, LayersThatImagesShareCountOnce) {
  add({.names = {"one:1"}, .layers = {"base", "one"}});
  add({.names = {"two:1"}, .layers = {"base", "two"}});
  add({.names = {"three:1"}, .layers = {"alone"}});
  const auto usage = disk_usage(images_);
  EXPECT_EQ(usage.layers, 4000);
  ASSERT_EQ(usage.images.size(), 3U);
  for (const auto& image : usage.images) {
    const bool alone = image.listed.names.at(0) == "docker.io/library/three:1";
    EXPECT_EQ(image.shared, alone ? 0 : 1000);
    EXPECT_EQ(image.unique(), 1000);
  }
}

}  // namespace image
