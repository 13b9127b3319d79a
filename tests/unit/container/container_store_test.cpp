// SPDX-License-Identifier: Apache-2.0
#include "container/container_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"

namespace container {
namespace {

using testing::ElementsAre;
using testing::Pair;

class ContainerStoreTest : public ::testing::Test {
 protected:
  Record add(char digit, int created, const Details& details = {}) {
    Record record;
    record.id = std::string(64, digit);
    record.name = std::string(1, digit);
    record.created = base::Moment(std::chrono::seconds(created));
    containers_.add(record, details, {});
    return record;
  }

  static std::vector<std::string> names(const std::vector<Record>& records) {
    std::vector<std::string> names;
    for (const auto& record : records) names.push_back(record.name);
    return names;
  }

  base::TempDir directory_{"/tmp", "berth-container-store-test"};
  storage::Store store_{directory_.path() + "/root", directory_.path() + "/run"};
  ContainerStore containers_{store_};
};

TEST_F(ContainerStoreTest, ListsTheNewestFirst) {
  add('b', 2);
  add('a', 1);
  add('c', 3);
  EXPECT_THAT(names(containers_.list()), ElementsAre("c", "b", "a"));
  EXPECT_THAT(names(containers_.list_everywhere()), ElementsAre("c", "b", "a"));
}

TEST_F(ContainerStoreTest, ListsThoseThatMayRun) {
  add('a', 1);
  const auto started = add('b', 2);
  auto ended = add('c', 3);
  containers_.set_started(started, base::Moment(std::chrono::seconds(4)));
  containers_.set_started(ended, base::Moment(std::chrono::seconds(4)));
  ended.finished = base::Moment(std::chrono::seconds(5));
  containers_.set_finished(ended);
  EXPECT_THAT(names(containers_.list_that_may_run()), ElementsAre("b"));
}

TEST_F(ContainerStoreTest, ListsThoseOfItsStaticDirAlone) {
  containers_.use_static_dir("/elsewhere");
  const auto there = add('a', 1);
  containers_.set_started(there, base::Moment(std::chrono::seconds(4)));
  containers_.use_static_dir("");
  EXPECT_TRUE(containers_.list().empty());
  EXPECT_TRUE(containers_.list_that_may_run().empty());
  EXPECT_THAT(names(containers_.list_everywhere()), ElementsAre("a"));
}

TEST_F(ContainerStoreTest, KeepsAnySummary) {
  Record record;
  record.id = std::string(64, 'a');
  auto& given = record.summary;
  given.image_name = "busybox";
  given.command = {"sh", "-c", "echo \"\xC3\xBC\"\n\t\\ \x01"};
  given.labels = {{"k", "\xE2\x82\xAC"}};
  given.expose = {{.host_ip = "", .host_port = 1, .container_port = 80, .protocol = "tcp"}};
  given.local_volumes = 2;
  given.remove = true;
  containers_.add(record, {}, {});
  const auto& summary = containers_.get(record.id).summary;
  EXPECT_EQ(summary.command, record.summary.command);
  EXPECT_EQ(summary.labels, record.summary.labels);
  ASSERT_EQ(summary.expose.size(), 1U);
  EXPECT_EQ(summary.expose[0].container_port, 80);
  EXPECT_EQ(summary.local_volumes, 2);
  EXPECT_TRUE(summary.remove);
}

TEST_F(ContainerStoreTest, NamesTheContainerWhoseSummaryIsNoJson) {
  add('a', 1);
  store_.database().execute("UPDATE containers SET summary = '{'");
  try {
    containers_.list();
    FAIL();
  } catch (const base::Error& e) {
    EXPECT_EQ(e.kind(), base::Kind::corrupt);
    EXPECT_EQ(e.message(), "container " + std::string(64, 'a') + " is not valid JSON");
  }
}

TEST_F(ContainerStoreTest, FindsCidFiles) {
  add('a', 1);
  Details details;
  details.options.cidfile = "/tmp/\"cid\"";
  add('b', 2, details);
  details.options.cidfile.clear();
  details.options.command = {"\"cidfile\""};
  add('c', 3, details);
  EXPECT_THAT(containers_.cid_files(), ElementsAre(Pair(std::string(64, 'b'), "/tmp/\"cid\"")));
}

}  // namespace
}  // namespace container
