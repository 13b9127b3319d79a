// SPDX-License-Identifier: Apache-2.0
#include "image/remove.hpp"

#include <sys/mount.h>

#include <gmock/gmock.h>

#include "base/id.hpp"
#include "image/prune.hpp"
#include "storage/reserve.hpp"
#include "tests/unit/image/store_fixture.hpp"

namespace image {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RemoveTest : public ImageStoreTest {
 protected:
  Removed remove(const std::string& text, bool force = false) {
    return remove_image(
        images_, text, {.force = force, .is_running = [](const auto& id) { return id[0] == 'r'; }});
  }

  std::string short_of(const Image& image) { return base::short_id(image.id); }
};

TEST_F(RemoveTest, TellsAMissingImage) {
  EXPECT_EQ(error_of([&] { remove("nosuch:1"); }), "No such image: nosuch:1");
}

TEST_F(RemoveTest, KeepsTheOnlyNameOfAnImageThatAContainerUses) {
  const Image image = add({.names = {"app:1"}});
  add_container("stopped00000000", image);
  EXPECT_EQ(error_of([&] { remove("app:1"); }),
            "conflict: unable to delete app:1 (must be forced) - container stopped00000 is using "
            "its referenced image " +
                short_of(image));
  EXPECT_TRUE(images_.find("app:1"));
}

TEST_F(RemoveTest, KeepsAnImageByIdThatAStoppedContainerUses) {
  const Image image = add({.names = {"app:1"}});
  add_container("stopped00000000", image);
  EXPECT_EQ(error_of([&] { remove(short_of(image)); }),
            "conflict: unable to delete " + short_of(image) +
                " (must be forced) - image is being used by stopped container stopped00000");
}

TEST_F(RemoveTest, KeepsAnImageByIdThatARunningContainerUsesEvenByForce) {
  const Image image = add({.names = {"app:1"}});
  add_container("running00000000", image);
  EXPECT_EQ(error_of([&] { remove(short_of(image), true); }),
            "conflict: unable to delete " + short_of(image) +
                " (cannot be forced) - image is being used by running container running00000");
}

TEST_F(RemoveTest, KeepsAnImageByIdWithNamesInSeveralRepositories) {
  const Image image = add({.names = {"app:1", "other:1"}});
  EXPECT_EQ(error_of([&] { remove(short_of(image)); }),
            "conflict: unable to delete " + short_of(image) +
                " (must be forced) - image is referenced in multiple repositories");
  EXPECT_EQ(remove(short_of(image), true).untagged.size(), 2U);
  EXPECT_FALSE(images_.find_by_id(image.id));
}

TEST_F(RemoveTest, TakesOneOfSeveralNamesAway) {
  const Image image = add({.names = {"app:1", "app:2"}});
  const Removed removed = remove("app:1");
  EXPECT_THAT(removed.untagged, ElementsAre("docker.io/library/app:1"));
  EXPECT_THAT(removed.deleted, IsEmpty());
  EXPECT_TRUE(images_.find("app:2"));
}

TEST_F(RemoveTest, TakesANameAwayFromAUsedImageThatHasAnother) {
  const Image image = add({.names = {"app:1", "other:1"}});
  add_container("stopped00000000", image);
  EXPECT_THAT(remove("app:1").untagged, ElementsAre("docker.io/library/app:1"));
}

TEST_F(RemoveTest, DeletesTheImageWithItsLastNameAndItsDigests) {
  const Image image = add({.names = {"app:1"}, .pulled_from = "docker.io/library/app"});
  const Removed removed = remove("app:1");
  EXPECT_THAT(removed.untagged,
              ElementsAre("docker.io/library/app:1", "docker.io/library/app@" + image.manifest));
  EXPECT_THAT(removed.deleted, ElementsAre(image.id));
  EXPECT_EQ(removed.freed, 1000);
  EXPECT_TRUE(base::list_directory(store_.paths().layers()).empty());
  EXPECT_EQ(blob_count(), 0U);
}

TEST_F(RemoveTest, ForcedTakesTheImageAndLeavesTheContainerItsLayers) {
  const Image image = add({.names = {"app:1"}});
  add_container("stopped00000000", image);
  EXPECT_THAT(remove("app:1", true).deleted, ElementsAre(image.id));
  EXPECT_FALSE(images_.find_by_id(image.id));
  const auto layers = storage::LayerStore(store_).of_container("stopped00000000");
  ASSERT_EQ(layers.size(), 1U);
  EXPECT_TRUE(base::exists(layers[0].diff() + "/file"));
}

TEST_F(RemoveTest, ForcedWithARunningContainerOnlyTakesTheName) {
  const Image image = add({.names = {"app:1"}});
  add_container("running00000000", image);
  const Removed removed = remove("app:1", true);
  EXPECT_THAT(removed.untagged, ElementsAre("docker.io/library/app:1"));
  EXPECT_THAT(removed.deleted, IsEmpty());
  EXPECT_TRUE(images_.find_by_id(image.id));
}

TEST_F(RemoveTest, SpeaksInTheGivenWords) {
  const Image image = add({.names = {"app:1"}});
  add_container("stopped00000000", image);
  RemoveOptions options;
  options.words = [](const Conflict& conflict) { return "used by " + conflict.container; };
  EXPECT_EQ(error_of([&] { remove_image(images_, "app:1", options); }), "used by stopped00000000");
}

TEST_F(RemoveTest, PruneTakesOnlyUnusedImagesWithoutNames) {
  add({.names = {"named"}, .layers = {"1"}});
  const Image dangling = add({.layers = {"2"}});
  const Image used = add({.layers = {"3"}});
  add_container("stopped00000000", used);
  const Removed removed = prune(images_, {});
  EXPECT_THAT(removed.deleted, ElementsAre(dangling.id));
  EXPECT_EQ(removed.freed, 1000);
  EXPECT_EQ(images_.list().size(), 2U);
}

TEST_F(RemoveTest, PruneAllTakesWhatNoContainerUses) {
  const Image named = add({.names = {"named:1", "named:2"}, .layers = {"1"}});
  const Image used = add({.names = {"used"}, .layers = {"3"}});
  add_container("stopped00000000", used);
  const Removed removed = prune(images_, {.all = true, .filter = {}});
  EXPECT_THAT(removed.deleted, ElementsAre(named.id));
  EXPECT_THAT(removed.untagged,
              ElementsAre("docker.io/library/named:1", "docker.io/library/named:2"));
}

TEST_F(RemoveTest, PruneHonoursItsFilters) {
  const auto now = *base::parse_rfc3339("2026-06-01T00:00:00Z");
  add({.layers = {"1"}, .created = "2026-05-31T23:30:00Z", .labels = {{"keep", "yes"}}});
  const auto pruned = [&](const std::string& word) {
    PruneOptions options;
    options.filter = parse_filter({word}, FilterKeys::prune, now);
    return prune(images_, options).deleted.size();
  };
  EXPECT_EQ(pruned("until=1h"), 0U);
  EXPECT_EQ(pruned("label=keep=no"), 0U);
  EXPECT_EQ(pruned("label!=keep"), 0U);
  EXPECT_EQ(pruned("until=10m"), 1U);
}

TEST_F(RemoveTest, PruneSweepsWhatAKilledPullLeft) {
  commit_layer("left");
  store_.database().execute("UPDATE leases SET pid = 999999999");
  EXPECT_EQ(prune(images_, {}).freed, 1000);
}

TEST(RemoveOnAFullDisk, FreesTheRoom) {
  base::TempDir directory("/tmp", "berth-full"), run("/tmp", "berth-full-run");
  if (::mount("none", directory.path().c_str(), "tmpfs", 0, "size=4m") < 0) {
    GTEST_SKIP() << "cannot mount a tmpfs: " << base::errno_text(errno);
  }
  const base::Finally unmount([&] { ::umount2(directory.path().c_str(), MNT_DETACH); });
  storage::Store store(directory.path() + "/graph", run.path());
  ImageStore images(store);
  {
    auto staging = store.make_staging("test");
    base::make_directories(staging.path() + "/layer/diff");
    base::write_file(staging.path() + "/layer/diff/file", std::string(1 << 20, 'x'));
    storage::LayerStore(store).commit(
        {"sha256:" + std::string(64, 'a'), "", 1 << 20, 0}, staging.path() + "/layer", {});
    NewImage image;
    image.config_bytes = R"({"os":"linux","architecture":"amd64"})";
    image.manifest_bytes = "{}";
    image.layer_ids = {"sha256:" + std::string(64, 'a')};
    image.names = {parse_reference("app")};
    images.add(image);
  }
  {
    const auto filler = base::open_file(directory.path() + "/filler", O_WRONLY | O_CREAT, 0600);
    const std::string page(4096, 'x');
    while (::write(filler.get(), page.data(), page.size()) > 0) {
    }
  }
  EXPECT_EQ(remove_image(images, "app", {}).deleted.size(), 1U);
  EXPECT_TRUE(base::list_directory(store.paths().layers()).empty());
  EXPECT_TRUE(base::list_directory(store.paths().blobs()).empty());
  EXPECT_TRUE(images.list().empty());
}

}  // namespace

}  // namespace image
