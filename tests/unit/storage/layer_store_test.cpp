// SPDX-License-Identifier: Apache-2.0
#include "storage/layer_store.hpp"

#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "storage/reserve.hpp"

namespace storage {

namespace {

std::string diff_id(char digit) {
  return "sha256:" + std::string(64, digit);
}

class LayerStoreTest : public testing::Test {
 protected:
  /// A finished directory in staging, as write_layer leaves it.
  std::string stage(Store::Staging& staging, const std::string& content = "text") {
    const std::string directory = staging.path() + "/layer";
    base::make_directories(directory + "/diff");
    base::write_file(directory + "/diff/file", content);
    return directory;
  }

  Layer commit(char digit, const std::optional<LayerSource>& source = std::nullopt) {
    auto staging = store_.make_staging("test");
    return layers_.commit({diff_id(digit), "", 4, 1024}, stage(staging), source);
  }

  /// Refers to layers as an image does, and ends this process's leases.
  void add_image(const std::string& id, const std::vector<std::string>& layers) {
    auto& db = store_.database();
    db.transaction(Sync::none, [&] {
      db.execute("INSERT INTO images VALUES (?, 'm', 't', 'linux', 'amd64', '', 0, 0, 0, '{}', '')",
                 id);
      int position = 0;
      for (const auto& layer : layers)
        db.execute("INSERT INTO image_layers VALUES (?, ?, ?)", id, position++, layer);
      layers_.end_leases();
    });
  }

  /// Runs `act` in a child process with a store of its own and kills it there.
  void run_and_kill(const std::function<void(LayerStore&, Store&)>& act) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Store store(directory_.path() + "/graph", directory_.path() + "/run");
      LayerStore layers(store);
      act(layers, store);
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
  }

  base::TempDir directory_{"/tmp", "berth-layers"};
  Store store_{directory_.path() + "/graph", directory_.path() + "/run"};
  LayerStore layers_{store_};
};

TEST_F(LayerStoreTest, RefusesAnIdThatIsNoDigest) {
  auto staging = store_.make_staging("test");
  const std::string from = stage(staging);
  EXPECT_THROW(layers_.commit({"sha256:../../etc", "", 0, 0}, from, std::nullopt), base::Error);
  EXPECT_THROW(layers_.commit({"sha256:" + std::string(64, 'X'), "", 0, 0}, from, std::nullopt),
               base::Error);
  EXPECT_TRUE(base::exists(from));
}

TEST_F(LayerStoreTest, FindsNothingInAnEmptyStore) {
  EXPECT_FALSE(layers_.find(diff_id('a')));
  EXPECT_FALSE(layers_.find_by_source(diff_id('b')));
  EXPECT_FALSE(layers_.lease(diff_id('a')));
  EXPECT_TRUE(layers_.of_image("sha256:x").empty());
  EXPECT_EQ(layers_.remove_unused(), 0);
}

TEST_F(LayerStoreTest, MakesALayerVisibleByItsIdAndItsSource) {
  const Layer layer = commit('a', LayerSource{diff_id('c'), 77, "application/x"});
  EXPECT_EQ(layer.path, store_.paths().layers() + "/" + std::string(64, 'a'));
  EXPECT_EQ(base::read_file(layer.diff() + "/file"), "text");
  ASSERT_TRUE(layers_.find(diff_id('a')));
  EXPECT_EQ(layers_.find(diff_id('a'))->tar_size, 1024);
  ASSERT_TRUE(layers_.find_by_source(diff_id('c')));
  EXPECT_EQ(layers_.find_by_source(diff_id('c'))->id, diff_id('a'));
  ASSERT_EQ(layers_.sources(diff_id('a')).size(), 1U);
  EXPECT_EQ(layers_.sources(diff_id('a'))[0].size, 77);
}

TEST_F(LayerStoreTest, KeepsTheFirstOfTwoEqualLayersAndLeavesTheOtherToItsOwner) {
  commit('a');
  auto staging = store_.make_staging("test");
  const std::string from = stage(staging, "second");
  const Layer layer =
      layers_.commit({diff_id('a'), "", 4, 1024}, from, LayerSource{diff_id('d'), 1, "x"});
  EXPECT_EQ(base::read_file(layer.diff() + "/file"), "text");
  EXPECT_TRUE(base::exists(from));
  EXPECT_TRUE(layers_.find_by_source(diff_id('d')));
}

TEST_F(LayerStoreTest, GivesTheLayersOfAnImageLowestFirst) {
  commit('a');
  commit('b');
  add_image("sha256:i", {diff_id('b'), diff_id('a')});
  const auto layers = layers_.of_image("sha256:i");
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[0].id, diff_id('b'));
  EXPECT_EQ(layers[1].id, diff_id('a'));
}

TEST_F(LayerStoreTest, RemovesOnlyWhatNobodyRefersTo) {
  commit('a');
  commit('b');
  commit('c');
  add_image("sha256:i", {diff_id('a')});
  ASSERT_TRUE(layers_.lease(diff_id('a')));
  commit('d');  // leased by this live process
  EXPECT_EQ(layers_.remove_unused(), 8);
  EXPECT_TRUE(layers_.find(diff_id('a')));
  EXPECT_FALSE(layers_.find(diff_id('b')));
  EXPECT_FALSE(layers_.find(diff_id('c')));
  EXPECT_TRUE(layers_.find(diff_id('d')));
  EXPECT_EQ(base::list_directory(store_.paths().layers()).size(), 2U);
  EXPECT_TRUE(base::list_directory(store_.paths().staging()).empty());
}

TEST_F(LayerStoreTest, ServesWhatAKilledPullLeftToTheNextOneAndSweepsItOtherwise) {
  run_and_kill([&](LayerStore& layers, Store& store) {
    auto staging = store.make_staging("pull");
    layers.commit({diff_id('a'), "", 4, 1024}, stage(staging), std::nullopt);
  });
  EXPECT_TRUE(layers_.lease(diff_id('a')));
  store_.database().transaction(Sync::none, [&] { layers_.end_leases(); });
  EXPECT_EQ(layers_.remove_unused(), 4);
  EXPECT_TRUE(base::list_directory(store_.paths().layers()).empty());
}

TEST_F(LayerStoreTest, DoesNotTrustALayerOfAnotherBootThatNothingRefersTo) {
  commit('a');
  store_.database().execute("UPDATE leases SET boot = 'before the power loss'");
  EXPECT_FALSE(layers_.lease(diff_id('a')));
  auto staging = store_.make_staging("test");
  const Layer layer =
      layers_.commit({diff_id('a'), "", 6, 1024}, stage(staging, "second"), std::nullopt);
  EXPECT_EQ(base::read_file(layer.diff() + "/file"), "second");
}

TEST_F(LayerStoreTest, TakesOverADirectoryThatACrashLeftBetweenRenameAndRow) {
  store_.database();
  base::make_directories(store_.paths().layers() + "/" + std::string(64, 'a') + "/diff/old");
  const Layer layer = commit('a');
  EXPECT_FALSE(base::exists(layer.diff() + "/old"));
  EXPECT_EQ(base::read_file(layer.diff() + "/file"), "text");
}

TEST_F(LayerStoreTest, TakesALayerOfAnImageStoreByARowAndLeavesItsFilesAlone) {
  commit('a', LayerSource{"sha256:blob", 9, "tar"});
  add_image("image", {diff_id('a')});
  commit('b');
  layers_.end_leases();
  Store reader(directory_.path() + "/other", directory_.path() + "/other-run");
  reader.use_image_stores([&] { return std::vector{store_.paths().graphroot()}; });
  LayerStore layers(reader);
  EXPECT_FALSE(layers.find(diff_id('b'))) << "nothing refers to it there";
  EXPECT_FALSE(layers.lease(diff_id('b')));
  ASSERT_TRUE(layers.find_by_source("sha256:blob"));
  EXPECT_EQ(layers.of_image("image").size(), 1U);
  ASSERT_TRUE(layers.lease(diff_id('a')));
  const auto layer = layers.find(diff_id('a'));
  EXPECT_EQ(layer->path, layers_.directory(diff_id('a')));
  EXPECT_FALSE(layers.is_own(*layer));
  EXPECT_TRUE(layers_.is_own(*layer));
  EXPECT_EQ(layers.sources(diff_id('a')).size(), 1U);
  layers.end_leases();
  EXPECT_EQ(layers.remove_unused(), 0);
  EXPECT_TRUE(base::is_directory(layer->diff()));
}

TEST_F(LayerStoreTest, WritesNothingInAnImageStore) {
  commit('a');
  Store reader(directory_.path() + "/other", directory_.path() + "/other-run");
  reader.use_image_stores([&] { return std::vector{store_.paths().graphroot()}; });
  ASSERT_EQ(reader.image_stores().size(), 1U);
  Store& store = *reader.image_stores().front();
  EXPECT_THROW(store.lock("layer-x"), base::Error);
  EXPECT_THROW(store.make_staging("x"), base::Error);
  EXPECT_THROW(store.database().execute("DELETE FROM layers"), base::Error);
  EXPECT_TRUE(layers_.find(diff_id('a')));
}

TEST_F(LayerStoreTest, RefusesAnImageStoreThatIsNotThereEachTimeItIsAsked) {
  store_.use_image_stores([] { return std::vector<std::string>{"/nosuch/store"}; });
  EXPECT_THROW(layers_.find(diff_id('a')), base::Error);
  EXPECT_THROW(layers_.find(diff_id('a')), base::Error);
}

TEST_F(LayerStoreTest, SweepsDirectoriesWithoutARow) {
  run_and_kill([&](LayerStore& layers, Store& store) {
    auto staging = store.make_staging("pull");
    layers.commit({diff_id('a'), "", 4, 1024}, stage(staging), std::nullopt);
    // Killed after the row went and before the directory did.
    store.database().transaction(Sync::full, [&] {
      layers.end_leases();
      layers.forget_unused();
    });
  });
  EXPECT_TRUE(base::exists(store_.paths().layers() + "/" + std::string(64, 'a')));
  layers_.remove_unused();
  EXPECT_TRUE(base::list_directory(store_.paths().layers()).empty());
}

TEST_F(LayerStoreTest, DoesNotRemoveALayerThatWasMadeAnewMeanwhile) {
  commit('a');
  std::vector<Layer> forgotten;
  store_.database().transaction(Sync::full, [&] {
    layers_.end_leases();
    forgotten = layers_.forget_unused();
  });
  ASSERT_EQ(forgotten.size(), 1U);
  commit('a');
  layers_.discard(forgotten);
  EXPECT_TRUE(base::exists(forgotten[0].path + "/diff/file"));
}

TEST_F(LayerStoreTest, MovesFixupLayersBesideTheOthers) {
  auto staging = store_.make_staging("test");
  const Layer layer =
      layers_.commit({"fixup:" + std::string(64, 'e'), "", 0, 0}, stage(staging), std::nullopt);
  EXPECT_EQ(layer.path, store_.paths().layers() + "/fixup-" + std::string(64, 'e'));
  store_.database().transaction(Sync::none, [&] { layers_.end_leases(); });
  layers_.remove_unused();
  EXPECT_FALSE(base::exists(layer.path));
}

class FullDiskTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::mount("none", directory_.path().c_str(), "tmpfs", 0, "size=4m,nr_inodes=300") < 0) {
      GTEST_SKIP() << "cannot mount a tmpfs: " << base::errno_text(errno);
    }
    mounted_ = true;
  }

  ~FullDiskTest() override {
    if (mounted_) ::umount2(directory_.path().c_str(), MNT_DETACH);
  }

  void fill() {
    const auto fd = base::open_file(directory_.path() + "/filler", O_WRONLY | O_CREAT, 0600);
    const std::string page(4096, 'x');
    while (::write(fd.get(), page.data(), page.size()) > 0) {
    }
  }

  base::TempDir directory_{"/tmp", "berth-full"};
  base::TempDir run_{"/tmp", "berth-full-run"};
  bool mounted_ = false;
};

TEST_F(FullDiskTest, RemovesLayersOnAFullDisk) {
  Store store(directory_.path() + "/graph", run_.path());
  LayerStore layers(store);
  for (const char digit : {'a', 'b', 'c'}) {
    auto staging = store.make_staging("test");
    const std::string from = staging.path() + "/layer";
    base::make_directories(from + "/diff");
    base::write_file(from + "/diff/file", std::string(300'000, digit));
    layers.commit({diff_id(digit), "", 300'000, 0}, from, std::nullopt);
  }
  store.database().transaction(Sync::none, [&] { layers.end_leases(); });
  keep_reserve(store);
  fill();
  EXPECT_EQ(layers.remove_unused(), 900'000);
  EXPECT_TRUE(base::list_directory(store.paths().layers()).empty());
  EXPECT_TRUE(base::exists(store.paths().graphroot() + "/reserve")) << "the reserve is taken back";
}

}  // namespace

}  // namespace storage
