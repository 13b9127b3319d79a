// SPDX-License-Identifier: Apache-2.0
#include "container/config.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"

namespace container {

namespace {

using Texts = std::vector<std::string>;

Config read(const Texts& files) {
  Config config;
  for (const auto& text : files) config.add(text, "/x/containers.conf");
  return config;
}

std::string failure(const Texts& files) {
  try {
    read(files);
  } catch (const base::Error& e) {
    return e.message();
  }
  return "";
}

TEST(Config, LaterFilesGoBeforeEarlierOnes) {
  const auto config = read({"[containers]\ntz='UTC'\nenv=['A=1']\ninit=true\n",
                            "[containers]\nenv=['B=2']\n[engine]\nstop_timeout=7\n"});
  EXPECT_EQ(config.text("containers", "tz"), "UTC");
  EXPECT_EQ(config.flag("containers", "init"), true);
  EXPECT_EQ(config.list("containers", "env"), Texts{"B=2"});
  EXPECT_EQ(config.number("engine", "stop_timeout"), 7);
  EXPECT_EQ(config.text("engine", "runtime"), std::nullopt);
}

TEST(Config, AppendHoldsForTheFilesAfterUntilItIsTurnedOff) {
  const char* first = "[containers]\nenv=['A=1',{append=true}]\n";
  const char* second = "[containers]\nenv=['B=2']\n";
  const char* off = "[containers]\nenv=['C=3',{append=false}]\n";
  EXPECT_EQ(read({first, second}).list("containers", "env"), (Texts{"A=1", "B=2"}));
  EXPECT_EQ(read({second, first}).list("containers", "env"), (Texts{"B=2", "A=1"}));
  EXPECT_EQ(read({first, off, second}).list("containers", "env"), Texts{"B=2"});
}

TEST(Config, TablesOfRuntimesAddUp) {
  const auto config =
      read({"[engine.runtimes]\none=['/a','/b']\n", "[engine.runtimes]\ntwo=['/c']\n"});
  EXPECT_EQ(config.list_in("engine", "runtimes", "one"), (Texts{"/a", "/b"}));
  EXPECT_EQ(config.list_in("engine", "runtimes", "two"), Texts{"/c"});
  EXPECT_EQ(config.list_in("engine", "runtimes", "three"), Texts{});
}

TEST(Config, NamesFileAndLineOfWhatIsNoToml) {
  EXPECT_EQ(failure({"# one\n[containers]\ntz=\n"}).substr(0, 44),
            "decode configuration: /x/containers.conf:3: ");
}

TEST(Config, FilesOfCommentsSayNothing) {
  EXPECT_TRUE(read({"# a\n[containers]\n#tz='UTC'\n\n[engine.runtimes]\n  # b"}).empty());
  EXPECT_THROW(read({"# a\n[containers\n"}), base::Error);
  const char* text = "[containers]\n#a\ntz=\"\"\"\n# no comment\"\"\"\n";
  EXPECT_EQ(read({text}).text("containers", "tz"), "# no comment");
}

TEST(Config, RefusesValuesOfTheWrongKind) {
  EXPECT_THROW(read({"[containers]\nenv='A=1'\n"}).list("containers", "env"), base::Error);
  EXPECT_THROW(read({"[containers]\nenv=[1]\n"}).list("containers", "env"), base::Error);
  EXPECT_THROW(read({"[containers]\ninit='yes'\n"}).flag("containers", "init"), base::Error);
  EXPECT_EQ(failure({"[containers]\nenv=['A=1',{other=1}]\n"}),
            "containers.env must be a list of strings");
}

TEST(Config, UnknownKeysAndOddDocumentsAreNoFailure) {
  EXPECT_TRUE(read({"# nothing\n", "", "top=1\n[nosuch]\na=1\n[containers]\nnosuch=1\n"}).empty());
  EXPECT_FALSE(read({"[machine]\ncpus=1\n"}).empty());
}

TEST(Config, TheEnvironmentNamesFiles) {
  base::TempDir directory("/var/tmp", "berth-config");
  const std::string first = directory.path() + "/first", last = directory.path() + "/last";
  base::write_file(first, "[containers]\ntz='a'\numask='0077'\n");
  base::write_file(last, "[containers]\ntz='c'\n");
  const std::string module = directory.path() + "/module";
  base::write_file(module, "[containers]\ntz='b'\nshm_size='1m'\n");
  ::setenv("CONTAINERS_CONF", first.c_str(), 1);
  ::setenv("CONTAINERS_CONF_OVERRIDE", last.c_str(), 1);
  const auto config = Config::load({.usual_places = true, .modules = {module}});
  ::unsetenv("CONTAINERS_CONF");
  ::unsetenv("CONTAINERS_CONF_OVERRIDE");
  EXPECT_EQ(config.text("containers", "tz"), "c");
  EXPECT_EQ(config.text("containers", "umask"), "0077");
  EXPECT_EQ(config.text("containers", "shm_size"), "1m");
}

TEST(Config, AMissingModuleIsTold) {
  try {
    Config::load({.usual_places = false, .modules = {"/nosuch/module"}});
    FAIL();
  } catch (const base::Error& e) {
    EXPECT_EQ(e.message(),
              "could not resolve module: open /nosuch/module: no such file or directory");
  }
}

}  // namespace

}  // namespace container
