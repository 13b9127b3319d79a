// SPDX-License-Identifier: Apache-2.0
#include "storage/database.hpp"

#include <csignal>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "storage/store.hpp"

namespace storage {
namespace {

class DatabaseTest : public testing::Test {
 protected:
  std::string path() const { return dir_.path() + "/berth.db"; }

  base::TempDir dir_{"/tmp", "berth-test"};
};

void add_layer(Database& db, const std::string& id) {
  db.execute("INSERT INTO layers(id, path, size, tar_size) VALUES (?, '/x', 1, 2)", id);
}

std::int64_t count(Database& db) {
  auto rows = db.query("SELECT count(*) FROM layers");
  rows.next();
  return rows.integer(0);
}

TEST_F(DatabaseTest, RefusesANewerSchemaAndChangesNothing) {
  { Database(path()).script("PRAGMA user_version=99"); }
  const auto before = base::read_file(path());
  try {
    Database db(path());
    FAIL();
  } catch (const base::Error& e) {
    EXPECT_EQ(e.kind(), base::Kind::unsupported);
    EXPECT_THAT(e.message(), testing::HasSubstr("newer berth"));
  }
  EXPECT_EQ(base::read_file(path()), before);
}

TEST_F(DatabaseTest, TellsAFileThatIsNoDatabase) {
  base::write_file(path(), std::string(8192, 'x'));
  try {
    Database db(path());
    FAIL();
  } catch (const base::Error& e) {
    EXPECT_EQ(e.kind(), base::Kind::corrupt);
  }
}

TEST_F(DatabaseTest, RollsBackWhenTheActThrows) {
  Database db(path());
  EXPECT_THROW(db.transaction(Sync::none,
                              [&] {
                                add_layer(db, "a");
                                base::fail(base::Kind::bug, "stop");
                              }),
               base::Error);
  EXPECT_EQ(count(db), 0);
  db.transaction(Sync::none, [&] { add_layer(db, "a"); });
  EXPECT_EQ(count(db), 1);
}

TEST_F(DatabaseTest, KeepsWhatManyProcessesWriteAtOnce) {
  { Database db(path()); }
  constexpr int kWriters = 20;
  for (int i = 0; i < kWriters; ++i) {
    if (::fork() != 0) continue;
    try {
      Database db(path());
      for (int n = 0; n < 5; ++n) {
        db.transaction(Sync::none, [&] { add_layer(db, fmt::format("{}-{}", i, n)); });
      }
      ::_exit(0);
    } catch (const base::Error&) {
      ::_exit(1);
    }
  }
  for (int i = 0; i < kWriters; ++i) {
    int status = 1;
    ::wait(&status);
    EXPECT_EQ(status, 0);
  }
  Database db(path());
  EXPECT_EQ(count(db), kWriters * 5);
}

TEST_F(DatabaseTest, KeepsACommitWhoseWriterWasKilled) {
  { Database db(path()); }
  if (::fork() == 0) {
    Database db(path());
    db.transaction(Sync::none, [&] { add_layer(db, "a"); });
    ::raise(SIGKILL);
  }
  ::wait(nullptr);
  Database db(path());
  EXPECT_EQ(count(db), 1);
}

TEST_F(DatabaseTest, WritesALargeLogBackWhenItsWriterCloses) {
  {
    Database db(path());
    db.transaction(Sync::full, [&] {
      for (int i = 0; i < 200; ++i) add_layer(db, std::string(20'000, 'x') + std::to_string(i));
    });
  }
  EXPECT_LT(base::read_file(path() + "-wal").size(), 1U << 20);
  Database db(path());
  EXPECT_EQ(count(db), 200);
}

TEST_F(DatabaseTest, WritesAGrownLogBackWhenAsked) {
  Database db(path());
  for (int i = 0; i < 50; ++i) {
    db.transaction(Sync::none, [&] { add_layer(db, std::string(3'000, 'x') + std::to_string(i)); });
  }
  EXPECT_GT(base::read_file(path() + "-wal").size(), 0U);
  db.write_back();
  EXPECT_EQ(base::read_file(path() + "-wal").size(), 0U);
  db.transaction(Sync::none, [&] { add_layer(db, "one more"); });
  EXPECT_EQ(count(db), 51);
}

TEST_F(DatabaseTest, LeavesTheLogWhileSomebodyReads) {
  Database db(path());
  add_layer(db, "first");
  Database other(path());
  auto rows = other.query("SELECT id FROM layers");
  ASSERT_TRUE(rows.next());
  for (int i = 0; i < 50; ++i) {
    db.transaction(Sync::none, [&] { add_layer(db, std::string(3'000, 'x') + std::to_string(i)); });
  }
  db.write_back();
  EXPECT_FALSE(rows.next());
  EXPECT_EQ(count(other), 51);
}

TEST(StoreTest, MakesItsDirectoriesWithTheRightModesWhateverTheUmask) {
  const base::TempDir dir("/tmp", "berth-test");
  for (const mode_t mask : {mode_t{077}, mode_t{0}}) {
    const std::string root = fmt::format("{}/{:o}", dir.path(), mask);
    const mode_t before = ::umask(mask);
    Store store(root + "/graph", root + "/run");
    store.database();
    const auto lock = store.lock("container-x");
    ::umask(before);

    struct stat st {};

    ASSERT_EQ(::stat((root + "/graph").c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777, 0711U);
    ASSERT_EQ(::stat((root + "/graph/berth.db").c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777, 0600U);
    ASSERT_EQ(::stat((root + "/graph/layers").c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777, 0700U);
    ASSERT_EQ(::stat((root + "/run").c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777, 0700U);
  }
}

TEST(StoreTest, SweepsWhatAKilledProcessLeftInStagingAndNothingElse) {
  const base::TempDir dir("/tmp", "berth-test");
  Store store(dir.path() + "/graph", dir.path() + "/run");
  const auto mine = store.make_staging("pull");
  if (::fork() == 0) {
    Store own(dir.path() + "/graph", dir.path() + "/run");
    const auto staging = own.make_staging("pull");
    base::write_file(staging.path() + "/file", "x");
    ::raise(SIGKILL);
  }
  ::wait(nullptr);
  EXPECT_EQ(base::list_directory(store.paths().staging()).size(), 4U);
  store.sweep_staging();
  EXPECT_EQ(base::list_directory(store.paths().staging()).size(), 2U);
  EXPECT_TRUE(base::is_directory(mine.path()));
}

}  // namespace
}  // namespace storage
