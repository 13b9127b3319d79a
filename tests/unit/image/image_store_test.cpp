// SPDX-License-Identifier: Apache-2.0
#include "image/image_store.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "base/id.hpp"
#include "base/sys.hpp"
#include "tests/unit/image/store_fixture.hpp"

namespace image {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(ImageStoreTest, NamesTheMissingImageAsItWasGiven) {
  EXPECT_EQ(error_of([&] { images_.get("nosuch"); }), "No such image: nosuch");
  EXPECT_EQ(error_of([&] { images_.get("docker.io/library/nosuch:1"); }),
            "No such image: docker.io/library/nosuch:1");
  const std::string digest = "sha256:" + std::string(64, 'a');
  EXPECT_EQ(error_of([&] { images_.get(digest); }), "No such image: " + digest);
}

TEST_F(ImageStoreTest, RefusesTextThatIsNoName) {
  EXPECT_THAT(error_of([&] { images_.find("Bad:1"); }), HasSubstr("must be lowercase"));
}

TEST_F(ImageStoreTest, RefusesAnImageWhoseLayerIsNotHere) {
  EXPECT_THAT(error_of([&] { images_.add(make_image({})); }), HasSubstr("is not in the store"));
  EXPECT_TRUE(images_.list().empty());
}

TEST_F(ImageStoreTest, RefusesBlobsWithAnotherDigest) {
  commit_layer("base");
  NewImage image = make_image({});
  image.blobs["sha256:" + std::string(64, '0')] = "{}";
  EXPECT_THAT(error_of([&] { images_.add(image); }), HasSubstr("another digest"));
}

TEST_F(ImageStoreTest, RefusesAConfigThatIsNone) {
  NewImage image = make_image({});
  image.config_bytes = R"({"rootfs": 5})";
  EXPECT_EQ(error_of([&] { images_.add(image); }),
            "image config.rootfs must be an object, not number");
}

TEST_F(ImageStoreTest, FindsByEveryKindOfName) {
  const Image image =
      add({.names = {"app:1", "127.0.0.1:5000/x/app"}, .pulled_from = "docker.io/library/app"});
  for (const std::string text : {"app:1",
                                 "docker.io/library/app:1",
                                 "127.0.0.1:5000/x/app",
                                 "127.0.0.1:5000/x/app:latest"}) {
    const auto match = images_.resolve(text);
    ASSERT_TRUE(match) << text;
    EXPECT_EQ(match->image.id, image.id);
    EXPECT_TRUE(match->reference) << text;
  }
  const std::string digest = "app@" + image.manifest;
  ASSERT_TRUE(images_.resolve(digest));
  EXPECT_EQ(images_.resolve(digest)->reference->digest, image.manifest);
  for (const std::string& text : {image.id,
                                  image.id.substr(7),
                                  image.id.substr(7, 12),
                                  image.id.substr(0, 20),
                                  image.manifest}) {
    const auto match = images_.resolve(text);
    ASSERT_TRUE(match) << text;
    EXPECT_EQ(match->image.id, image.id);
    EXPECT_FALSE(match->reference) << text;
  }
  EXPECT_FALSE(images_.find("app"));
  EXPECT_FALSE(images_.find("other/app@" + image.manifest));
}

TEST_F(ImageStoreTest, PrefersANameToAnIdThatBeginsLikeIt) {
  const Image first = add({.layers = {"one"}});
  const Image second = add({.layers = {"two"}});
  images_.tag(second.id, parse_reference(first.id.substr(7, 6)));
  EXPECT_EQ(images_.get(first.id.substr(7, 6)).id, second.id);
  EXPECT_EQ(images_.get(first.id.substr(7, 7)).id, first.id);
}

TEST_F(ImageStoreTest, RefusesAnAmbiguousPrefix) {
  // Seventeen images: two begin with the same digit.
  std::map<char, int> digits;
  char twice = '\0';
  for (int i = 0; i < 17; ++i) {
    const Image image = add({.layers = {"layer" + std::to_string(i)}});
    if (++digits[image.id[7]] == 2) twice = image.id[7];
  }
  EXPECT_EQ(error_of([&] { images_.find(std::string(1, twice)); }),
            std::string("multiple IDs found with provided prefix: ") + twice);
}

TEST_F(ImageStoreTest, FindsWhatPodmanCallsLocalhostByItsShortName) {
  const Image image = add({.names = {"localhost/app:1"}});
  EXPECT_EQ(images_.get("app:1").id, image.id);
  const Image hub = add({.names = {"app:1"}, .layers = {"other"}});
  EXPECT_EQ(images_.get("app:1").id, hub.id);
}

TEST_F(ImageStoreTest, KeepsWhatTheConfigSays) {
  const Image image = add({.names = {"app"}, .layers = {"a", "b"}, .labels = {{"k", "v"}}});
  const Image found = images_.get("app");
  EXPECT_EQ(found.platform.text(), "linux/amd64");
  EXPECT_EQ(base::rfc3339(found.created), "2026-01-02T03:04:05Z");
  EXPECT_EQ(found.size, 2000);
  EXPECT_EQ(found.labels.at("k"), "v");
  EXPECT_THAT(images_.config(found).config.cmd, ElementsAre("sh"));
  EXPECT_THAT(images_.names(image.id), ElementsAre("docker.io/library/app:latest"));
  EXPECT_EQ(storage::LayerStore(store_).of_image(image.id).size(), 2U);
  EXPECT_TRUE(images_.last_tagged(image.id));
}

TEST_F(ImageStoreTest, MovesANameThatPointedElsewhere) {
  const Image first = add({.names = {"app"}, .layers = {"one"}});
  const Image second = add({.names = {"app"}, .layers = {"two"}});
  EXPECT_EQ(images_.get("app").id, second.id);
  EXPECT_TRUE(images_.names(first.id).empty());
  EXPECT_TRUE(images_.find_by_id(first.id)) << "the old image stays, without a name";
}

TEST_F(ImageStoreTest, AddingAgainOnlyAddsNamesAndDigests) {
  const Image image = add({.names = {"app:1"}});
  add({.names = {"app:2"}});
  EXPECT_EQ(images_.list().size(), 1U);
  EXPECT_EQ(images_.names(image.id).size(), 2U);
  EXPECT_EQ(storage::LayerStore(store_).of_image(image.id).size(), 1U);
}

TEST_F(ImageStoreTest, PrefersTheManifestThatARegistryKnows) {
  const Image loaded = add({.names = {"app"}});
  const Image pulled = add({.names = {"app"}, .pulled_from = "docker.io/library/app"});
  EXPECT_EQ(loaded.id, pulled.id);
  EXPECT_NE(loaded.manifest, pulled.manifest);
  const Image again = add({.names = {"app"}});
  EXPECT_EQ(again.manifest, pulled.manifest);
  const Image elsewhere = add({.names = {"app"}, .pulled_from = "quay.io/x/app"});
  EXPECT_EQ(elsewhere.manifest, pulled.manifest);
  EXPECT_EQ(images_.repository_digests(pulled.id).size(), 2U);
}

TEST_F(ImageStoreTest, TagsAndUntags) {
  const Image image = add({.names = {"app:1"}});
  images_.tag(image.id, parse_reference("other"));
  EXPECT_EQ(images_.get("other:latest").id, image.id);
  EXPECT_TRUE(images_.untag("docker.io/library/other:latest"));
  EXPECT_FALSE(images_.untag("docker.io/library/other:latest"));
  EXPECT_FALSE(images_.find("other"));
  EXPECT_EQ(error_of([&] { images_.tag("sha256:gone", parse_reference("x")); }),
            "No such image: sha256:gone");
}

TEST_F(ImageStoreTest, RemovesRowsBlobsAndLayers) {
  const Image first = add({.names = {"one"}, .layers = {"shared", "a"}});
  const Image second =
      add({.names = {"two"}, .layers = {"shared", "b"}, .pulled_from = "docker.io/library/two"});
  images_.remove(first.id);
  EXPECT_FALSE(images_.find("one"));
  EXPECT_EQ(blob_count(), 2U);
  EXPECT_TRUE(storage::LayerStore(store_).find(layer_id("shared")));
  EXPECT_FALSE(storage::LayerStore(store_).find(layer_id("a")));
  images_.remove(second.id);
  EXPECT_EQ(blob_count(), 0U);
  EXPECT_TRUE(base::list_directory(store_.paths().layers()).empty());
  EXPECT_TRUE(base::list_directory(store_.paths().staging()).empty());
}

TEST_F(ImageStoreTest, WritesABlobAnewThatAPowerLossCutOff) {
  commit_layer("base");
  const NewImage image = make_image({});
  const std::string path = store_.paths().blobs() + "/" + base::sha256_hex(image.config_bytes);
  base::write_file(path, "{\"cut");
  images_.add(image);
  EXPECT_EQ(base::read_file(path), image.config_bytes);
}

TEST_F(ImageStoreTest, ListsLatestFirst) {
  const Image old = add({.layers = {"1"}, .created = "2020-01-01T00:00:00Z"});
  const Image none = add({.layers = {"2"}, .created = ""});
  const Image fresh = add({.layers = {"3"}, .created = "2026-01-01T00:00:00Z"});
  const auto all = images_.list();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].id, fresh.id);
  EXPECT_EQ(all[1].id, old.id);
  EXPECT_EQ(all[2].id, none.id);
  EXPECT_EQ(all[2].created, base::Moment{});
}

TEST_F(ImageStoreTest, SurvivesAKillAtAnyMomentOfAddAndRemove) {
  const Image kept = add({.names = {"kept"}, .layers = {"shared"}});
  for (int round = 0; round < 30; ++round) {
    const base::Pipe turns = base::make_pipe();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      storage::Store store(directory_.path() + "/graph", directory_.path() + "/run");
      // The parent's kill comes at another moment in each round.
      for (;;) {
        const Image image = ImageStore(store).add(make_image(
            {.names = {"other"}, .layers = {"shared"}, .created = "2020-01-01T00:00:00Z"}));
        ImageStore(store).remove(image.id);
        base::write_full(turns.write.get(), "x");
      }
    }
    std::string seen(static_cast<std::size_t>(round % 4) + 1, ' ');
    base::read_full(turns.read.get(), seen.data(), seen.size());
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    if (images_.find("other")) {
      const Image other = images_.get("other");
      EXPECT_EQ(base::sha256_digest(images_.blob(other.id)), other.id);
      EXPECT_EQ(base::sha256_digest(images_.blob(other.manifest)), other.manifest);
      images_.remove(other.id);
    }
  }
  images_.remove(kept.id);
  storage::LayerStore(store_).remove_unused();
  store_.sweep_staging();
  EXPECT_EQ(blob_count(), 0U);
  EXPECT_TRUE(base::list_directory(store_.paths().layers()).empty());
  EXPECT_TRUE(base::list_directory(store_.paths().staging()).empty());
}

}  // namespace

}  // namespace image
