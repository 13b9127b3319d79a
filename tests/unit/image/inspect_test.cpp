// SPDX-License-Identifier: Apache-2.0
#include "image/inspect.hpp"

#include <gmock/gmock.h>

#include "image/history.hpp"
#include "tests/unit/image/store_fixture.hpp"

namespace image {

namespace {

using testing::ElementsAre;

TEST_F(ImageStoreTest, InspectHasDockersShapeAndTheLastingForms) {
  const Image image = add({.names = {"app:1", "127.0.0.1:5000/app:2"},
                           .layers = {"lower", "upper"},
                           .labels = {{"k", "v"}},
                           .pulled_from = "docker.io/library/app"});
  const auto json = inspect_json(images_, image);
  EXPECT_EQ(json["Id"], image.id);
  EXPECT_EQ(json["RepoTags"], base::Json::array({"127.0.0.1:5000/app:2", "app:1"}));
  EXPECT_EQ(json["RepoDigests"], base::Json::array({"app@" + image.manifest}));
  EXPECT_EQ(json["Created"], "2026-01-02T03:04:05Z");
  EXPECT_EQ(json["Size"], 2000);
  EXPECT_EQ(json["Os"], "linux");
  EXPECT_EQ(json["Architecture"], "amd64");
  EXPECT_EQ(json["Comment"], "a comment");
  EXPECT_EQ(json["RootFS"]["Layers"].size(), 2U);
  EXPECT_EQ(json["Config"]["Labels"]["k"], "v");
  EXPECT_FALSE(json["Config"].contains("User"));
  EXPECT_EQ(json["Descriptor"]["digest"], image.manifest);
  EXPECT_EQ(json["Identity"]["Pull"][0]["Repository"], "app");
  const auto layers = storage::LayerStore(store_).of_image(image.id);
  EXPECT_EQ(json["GraphDriver"]["Data"]["UpperDir"], layers[1].diff());
  EXPECT_EQ(json["GraphDriver"]["Data"]["LowerDir"], layers[0].diff());
  EXPECT_TRUE(json.contains("Storage"));
  EXPECT_NE(json["Metadata"]["LastTagTime"], "0001-01-01T00:00:00Z");
}

TEST_F(ImageStoreTest, InspectGivesTemplatesEveryFieldOfTheConfig) {
  const auto json = inspect_json(images_, add({}), EmptyFields::kept);
  EXPECT_EQ(json["Config"]["User"], "");
  EXPECT_TRUE(json["Config"]["Entrypoint"].is_null());
  EXPECT_EQ(json["Metadata"]["LastTagTime"], "0001-01-01T00:00:00Z");
  EXPECT_TRUE(json["RepoTags"].is_array());
}

TEST_F(ImageStoreTest, InspectSpeaksPodman) {
  const Image image = add({.names = {"app:1"}});
  const auto json = inspect_json_podman(images_, image);
  EXPECT_EQ(json["Id"], image.id.substr(7));
  EXPECT_EQ(json["RepoTags"], base::Json::array({"docker.io/library/app:1"}));
  EXPECT_EQ(json["History"].size(), 2U);
  EXPECT_EQ(json["Annotations"], base::Json::object());
}

TEST_F(ImageStoreTest, HistoryIsLatestFirstWithTheSizesOfItsLayers) {
  const Image image = add({.names = {"app"}, .layers = {"lower", "upper"}});
  const auto steps = history(images_, image);
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(steps[0].image, image.id);
  EXPECT_THAT(steps[0].names, ElementsAre("docker.io/library/app:latest"));
  EXPECT_EQ(steps[0].created_by, "CMD after upper");
  EXPECT_EQ(steps[0].size, 0);
  EXPECT_EQ(steps[1].image, "<missing>");
  EXPECT_EQ(steps[1].created_by, "made upper");
  EXPECT_EQ(steps[1].size, 1000);
  EXPECT_EQ(steps[3].created_by, "made lower");
}

TEST_F(ImageStoreTest, HistoryOfAConfigWithoutOneHasALineForEachLayer) {
  commit_layer("base");
  NewImage image = make_image({});
  auto config = base::parse_json(image.config_bytes, "config");
  config.erase("history");
  image.config_bytes = config.dump();
  EXPECT_EQ(history(images_, images_.add(image)).size(), 1U);
}

}  // namespace

}  // namespace image
