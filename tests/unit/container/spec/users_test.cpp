// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/sys.hpp"
#include "container/spec/spec.hpp"

namespace container {
namespace {

using testing::ElementsAre;

class FindUser : public testing::Test {
 protected:
  void SetUp() override {
    base::make_directory(root_.path() + "/etc");
    write("passwd",
          "root:x:0:0:root:/root:/bin/sh\n"
          "# comment\n\n"
          "broken:x:notanumber:5::/x:/bin/sh\n"
          "short\n"
          "nobody:x:65534:65534:nobody:/home:/bin/false\n"
          "web:x:33:34:web:/var/www:/bin/sh\n"
          "homeless:x:50:50:::/bin/sh");
    write("group",
          "root:x:0:\nwheel:x:10:root,web\n#no\nusers:x:100:web\nstaff:x:50:\ntoday:x:9:webby\n");
  }

  void write(const std::string& name, const std::string& text) {
    base::write_file(root_.path() + "/etc/" + name, text);
  }

  UserIds find(const std::string& user, const std::vector<std::string>& add = {}) {
    const auto fd = base::open_file(root_.path(), O_PATH | O_DIRECTORY);
    return find_user(fd.get(), user, add);
  }

  std::string failure(const std::string& user, const std::vector<std::string>& add = {}) {
    try {
      find(user, add);
    } catch (const base::Error& error) {
      return error.message();
    }
    return "no failure";
  }

  base::TempDir root_{"/tmp", "berth-users"};
};

TEST_F(FindUser, RefusesUnknownNames) {
  EXPECT_EQ(failure("nosuchuser"),
            "unable to find user nosuchuser: no matching entries in passwd file");
  EXPECT_EQ(failure("broken"), "unable to find user broken: no matching entries in passwd file");
  EXPECT_EQ(failure("short"), "unable to find user short: no matching entries in passwd file");
  EXPECT_EQ(failure("1000:nosuch"),
            "unable to find group nosuch: no matching entries in group file");
  EXPECT_EQ(failure("", {"nosuch"}),
            "unable to find group nosuch: no matching entries in group file");
}

TEST_F(FindUser, RefusesIdsOutOfRange) {
  for (const char* user : {"2147483648", "-1", "99999999999999999999", "0:4294967295"}) {
    EXPECT_EQ(failure(user), "uids and gids must be in range 0-2147483647") << user;
  }
}

TEST_F(FindUser, RefusesAFileThatIsTooLarge) {
  write("passwd", std::string(5 << 20, 'x'));
  EXPECT_THAT(failure("root"), testing::HasSubstr("/etc/passwd"));
}

TEST_F(FindUser, DoesNotHangOnAFifo) {
  const std::string path = root_.path() + "/etc/passwd";
  ::unlink(path.c_str());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(failure("web"), "unable to find user web: no matching entries in passwd file");
  EXPECT_EQ(find("7").uid, 7U);
}

TEST_F(FindUser, NeverLeavesTheImage) {
  const std::string path = root_.path() + "/etc/passwd";
  ::unlink(path.c_str());
  base::TempDir outside("/tmp", "berth-outside");
  base::write_file(outside.path() + "/passwd", "web:x:1:1::/:\n");
  ASSERT_EQ(::symlink((outside.path() + "/passwd").c_str(), path.c_str()), 0);
  EXPECT_EQ(failure("web"), "unable to find user web: no matching entries in passwd file");
}

TEST_F(FindUser, WorksWithoutFiles) {
  base::remove_tree(root_.path() + "/etc");
  const auto root = find("");
  EXPECT_EQ(root.uid, 0U);
  EXPECT_EQ(root.home, "/");
  EXPECT_THAT(root.groups, ElementsAre(0U));
  EXPECT_EQ(find("3:4").gid, 4U);
}

TEST_F(FindUser, TakesRootByDefault) {
  const auto ids = find("");
  EXPECT_EQ(ids.uid, 0U);
  EXPECT_EQ(ids.home, "/root");
  EXPECT_THAT(ids.groups, ElementsAre(0U, 10U));
}

TEST_F(FindUser, FindsNamesAndTheirGroups) {
  const auto ids = find("web");
  EXPECT_EQ(ids.uid, 33U);
  EXPECT_EQ(ids.gid, 34U);
  EXPECT_EQ(ids.home, "/var/www");
  EXPECT_THAT(ids.groups, ElementsAre(34U, 10U, 100U));
  EXPECT_EQ(find("33").home, "/var/www") << "a number finds its entry, too";
  EXPECT_EQ(find("homeless").home, "/");
}

TEST_F(FindUser, TakesANumberWithoutAnEntry) {
  const auto ids = find("1000");
  EXPECT_EQ(ids.uid, 1000U);
  EXPECT_EQ(ids.gid, 0U);
  EXPECT_EQ(ids.home, "/");
  EXPECT_THAT(ids.groups, ElementsAre(0U));
}

TEST_F(FindUser, ReplacesTheGroups) {
  EXPECT_THAT(find("web:users").groups, ElementsAre(100U));
  EXPECT_THAT(find("web:7").groups, ElementsAre(7U));
  EXPECT_THAT(find("nobody:0").groups, ElementsAre(0U));
  EXPECT_EQ(find(":staff").gid, 50U);
  EXPECT_EQ(find("web:").gid, 34U);
}

TEST_F(FindUser, AddsGroupsByNameAndNumber) {
  EXPECT_THAT(find("5:6", {"77", "users", "77"}).groups, ElementsAre(6U, 77U, 100U));
}

}  // namespace
}  // namespace container
