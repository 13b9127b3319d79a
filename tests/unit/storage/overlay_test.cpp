// SPDX-License-Identifier: Apache-2.0
#include "storage/overlay.hpp"

#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/user_namespace.hpp"
#include "tests/support/as_user.hpp"

namespace storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Make = base::UniqueFd (*)(const OverlayPlan&, Attributes);

/// Without the care for durability that base::write_file takes, as there are thousands.
void put(const std::string& path, const std::string& text) {
  base::write_full(base::open_file(path, O_WRONLY | O_CREAT, 0644).get(), text);
}

/// Layers 0 to n - 1 below `directory`; each has a file of its own number and says in "top" which it is.
OverlayPlan plan_of(const std::string& directory, int layers) {
  OverlayPlan plan;
  for (int i = 0; i < layers; ++i) {
    const std::string diff = fmt::format("{}/{}/diff", directory, i);
    base::make_directories(diff);
    put(fmt::format("{}/of-{}", diff, i), std::to_string(i));
    put(diff + "/top", std::to_string(i));
    plan.lower.push_back(diff);
  }
  plan.upper = directory + "/upper";
  plan.work = directory + "/work";
  base::make_directory(plan.upper);
  base::make_directory(plan.work);
  return plan;
}

/// The lowest of these layers, with a fresh upper directory.
OverlayPlan lowest_of(OverlayPlan plan, std::size_t layers) {
  plan.lower.resize(layers);
  for (std::string* path : {&plan.upper, &plan.work})
    base::make_directory(*path += "-" + std::to_string(layers));
  return plan;
}

std::string read_at(const base::UniqueFd& root, const std::string& path) {
  const auto fd = base::find_in_root(root.get(), path, O_RDONLY);
  return fd ? base::read_rest(fd->get()) : "missing";
}

/// Mounts it and looks at every layer, writes, and finds what was written in the upper directory.
void expect_stacked(const OverlayPlan& plan, Make make, Attributes attributes) {
  const auto root = make(plan, attributes);
  const std::size_t layers = plan.lower.size();
  ASSERT_EQ(read_at(root, "top"), std::to_string(layers - 1));
  for (std::size_t i = 0; i < layers; i += 31)
    ASSERT_EQ(read_at(root, fmt::format("of-{}", i)), std::to_string(i)) << layers;
  base::write_full(base::open_at(root.get(), "new", O_WRONLY | O_CREAT, 0600).get(), "new");
  EXPECT_EQ(::unlinkat(root.get(), "of-0", 0), 0);
  EXPECT_EQ(base::read_file(plan.upper + "/new"), "new");
  EXPECT_EQ(read_at(root, "of-0"), "missing");
}

class OverlayTest : public testing::TestWithParam<Make> {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  }

  base::TempDir directory_{"/dev/shm", "berth-overlay"};
};

TEST_P(OverlayTest, RefusesMoreLayersThanTheKernelStacks) {
  OverlayPlan plan;
  plan.lower.assign(kMostLower + 1, directory_.path());
  try {
    GetParam()(plan, Attributes::trusted);
    ADD_FAILURE() << "nothing was refused";
  } catch (const base::Error& e) {
    EXPECT_EQ(e.kind(), base::Kind::unsupported);
    EXPECT_EQ(e.message(), "the image has 1000 layers, the kernel stacks 999 at most");
  }
}

TEST_P(OverlayTest, NamesALayerThatIsNotThere) {
  auto plan = plan_of(directory_.path(), 2);
  plan.lower.push_back(directory_.path() + "/nosuch");
  EXPECT_THROW(GetParam()(plan, Attributes::trusted), base::Error);
}

TEST_P(OverlayTest, StacksAFewAndManyLayers) {
  const auto plan = plan_of(directory_.path(), 999);
  for (const std::size_t layers : {1, 64, 127, 500, 501, 999})
    expect_stacked(lowest_of(plan, layers), GetParam(), Attributes::trusted);
}

TEST_P(OverlayTest, HidesBelowTwoStacksWhatAnyLayerHides) {
  auto plan = plan_of(directory_.path(), 600);
  // Layers 50 and 590 are in different stacks; each hides a file of layer 10, which lies below both.
  for (const int layer : {50, 590}) {
    put(plan.lower[10] + "/hidden-" + std::to_string(layer), "x");
    const std::string mark = plan.lower[layer] + "/hidden-" + std::to_string(layer);
    ASSERT_EQ(::mknod(mark.c_str(), S_IFCHR, makedev(0, 0)), 0);
  }
  const auto root = GetParam()(plan, Attributes::trusted);
  EXPECT_EQ(read_at(root, "hidden-50"), "missing");
  EXPECT_EQ(read_at(root, "hidden-590"), "missing");
  EXPECT_EQ(read_at(root, "of-10"), "10");
}

TEST_P(OverlayTest, TakesPathsOfAnyLength) {
  std::string deep = directory_.path();
  while (deep.size() < 300) deep += "/" + std::string(60, 'd');
  base::make_directories(deep);
  expect_stacked(plan_of(deep, 127), GetParam(), Attributes::trusted);
}

TEST_P(OverlayTest, TakesPathsWithCharactersThatOptionsAreMadeOf) {
  const std::string odd = directory_.path() + "/a:b,c\\d e";
  base::make_directory(odd);
  expect_stacked(plan_of(odd, 3), GetParam(), Attributes::trusted);
}

TEST_P(OverlayTest, ReadOnlyWithoutAnUpperDirectory) {
  auto plan = plan_of(directory_.path(), 3);
  plan.upper.clear();
  plan.work.clear();
  const auto root = GetParam()(plan, Attributes::trusted);
  EXPECT_EQ(read_at(root, "top"), "2");
  EXPECT_EQ(::openat(root.get(), "new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), -1);
  EXPECT_EQ(errno, EROFS);
}

TEST_P(OverlayTest, LeavesNoMountBehind) {
  const auto plan = plan_of(directory_.path(), 3);
  {
    const auto root = GetParam()(plan, Attributes::trusted);
    EXPECT_THAT(base::read_file("/proc/self/mountinfo"), Not(HasSubstr(directory_.path())));
  }
  EXPECT_THAT(base::list_directory(plan.lower[2]), testing::UnorderedElementsAre("of-2", "top"));
}

TEST_P(OverlayTest, WorksForAnOrdinaryUser) {
  if (!support::can_be_user()) GTEST_SKIP() << "no way to become a user";
  const support::UserHome user;
  const int code = user.run([&] {
    base::enter_user_namespace(user.home());
    const auto plan = plan_of(user.home(), 501);
    for (const std::size_t layers : {1, 64, 127, 501})
      expect_stacked(lowest_of(plan, layers), GetParam(), Attributes::user);
    return HasFailure() ? 1 : 0;
  });
  EXPECT_EQ(code, 0);
}

INSTANTIATE_TEST_SUITE_P(Ways,
                         OverlayTest,
                         testing::Values(&make_overlay, &make_overlay_by_mount),
                         [](const auto& way) { return way.index == 0 ? "Usual" : "ByMount"; });

}  // namespace
}  // namespace storage
