// SPDX-License-Identifier: Apache-2.0
#include "image/change.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace image {

namespace {

using testing::ElementsAre;

RunConfig changed(const std::vector<std::string>& changes, RunConfig config = {}) {
  apply_changes(config, changes);
  return config;
}

std::string error_of(const std::string& change) {
  try {
    changed({change});
  } catch (const base::Error& e) {
    return e.message();
  }
  return "no error";
}

TEST(Change, RefusesWhatIsNoChange) {
  EXPECT_EQ(error_of("NOSUCH x"), "NOSUCH is not a valid change command");
  EXPECT_EQ(error_of("FROM x"), "FROM is not a valid change command");
  EXPECT_EQ(error_of("RUN x"), "RUN is not a valid change command");
  EXPECT_EQ(error_of(""), "file with no instructions");
  EXPECT_EQ(error_of("CMD"), "CMD requires at least one argument");
  EXPECT_EQ(error_of("ENV A"), "ENV must have two arguments");
  EXPECT_EQ(error_of("ENV A=1 B"),
            "Syntax error - can't find = in \"B\". Must be of the form: name=value");
  EXPECT_EQ(error_of("EXPOSE 99999"), "Invalid containerPort: 99999");
  EXPECT_EQ(error_of("EXPOSE 80/icmp"), "Invalid containerPort: 80/icmp");
  EXPECT_EQ(error_of("USER a b"), "USER requires exactly one argument");
  EXPECT_EQ(error_of("HEALTHCHECK RUN x"), "Unknown type RUN in HEALTHCHECK (try CMD)");
  EXPECT_EQ(error_of("ONBUILD FROM x"), "FROM isn't allowed as an ONBUILD trigger");
}

TEST(Change, CommandsAreListsOrForTheShell) {
  EXPECT_THAT(changed({R"(CMD ["a","b c"])"}).cmd, ElementsAre("a", "b c"));
  EXPECT_THAT(changed({"cmd a b"}).cmd, ElementsAre("/bin/sh", "-c", "a b"));
  EXPECT_THAT(changed({"CMD [a, b]"}).cmd, ElementsAre("/bin/sh", "-c", "[a, b]"));
  RunConfig shell;
  shell.shell = {"/bin/bash", "-c"};
  EXPECT_THAT(changed({"ENTRYPOINT x"}, shell).entrypoint, ElementsAre("/bin/bash", "-c", "x"));
}

TEST(Change, AVariableThatIsThereKeepsItsPlace) {
  RunConfig config;
  config.env = {"A=1", "B=2"};
  EXPECT_THAT(changed({"ENV A=3 C=4"}, config).env, ElementsAre("A=3", "B=2", "C=4"));
}

TEST(Change, AnEntrypointDropsTheOldCommandButNotTheNewOne) {
  RunConfig old;
  old.cmd = {"old"};
  EXPECT_TRUE(changed({R"(ENTRYPOINT ["e"])"}, old).cmd.empty());
  EXPECT_THAT(changed({"CMD c", R"(ENTRYPOINT ["e"])"}, old).cmd,
              ElementsAre("/bin/sh", "-c", "c"));
}

TEST(Change, EnvironmentTakesBothFormsQuotesAndVariables) {
  EXPECT_THAT(changed({"ENV A=1 B=\"two words\" C=it\\'s\\ me"}).env,
              ElementsAre("A=1", "B=two words", "C=it's me"));
  EXPECT_THAT(changed({"ENV A one two"}).env, ElementsAre("A=one two"));
  RunConfig old;
  old.env = {"PATH=/bin", "A=0"};
  EXPECT_THAT(changed({"ENV PATH=$PATH:/x A=${A}1 B=${NO:-d} C=${A:+set} D='$A'"}, old).env,
              ElementsAre("PATH=/bin:/x", "A=01", "B=d", "C=set", "D=$A"));
}

TEST(Change, SetsTheOtherFields) {
  const RunConfig c = changed({"LABEL x=y \"a b\"=c",
                               "EXPOSE 80 53/UDP 8000-8002",
                               "STOPSIGNAL SIGUSR1",
                               "USER nobody",
                               "VOLUME /v /w",
                               R"(VOLUME ["/with space"])",
                               "WORKDIR /a",
                               "WORKDIR b/../c",
                               "ONBUILD RUN x"});
  EXPECT_EQ(c.labels.at("x"), "y");
  EXPECT_EQ(c.labels.at("a b"), "c");
  EXPECT_EQ(c.exposed_ports.size(), 5U);
  EXPECT_TRUE(c.exposed_ports.contains("80/tcp"));
  EXPECT_TRUE(c.exposed_ports.contains("53/udp"));
  EXPECT_EQ(c.stop_signal, "SIGUSR1");
  EXPECT_EQ(c.user, "nobody");
  EXPECT_EQ(c.volumes.size(), 3U);
  EXPECT_TRUE(c.volumes.contains("/with space"));
  EXPECT_EQ(c.working_dir, "/a/c");
  EXPECT_THAT(c.on_build, ElementsAre("RUN x"));
}

TEST(Change, SetsAHealthCheck) {
  const auto health = changed({"HEALTHCHECK --interval=5s --retries=2 CMD true"}).healthcheck;
  ASSERT_TRUE(health);
  EXPECT_THAT(health->test, ElementsAre("CMD-SHELL", "true"));
  EXPECT_EQ(health->interval, 5'000'000'000);
  EXPECT_EQ(health->retries, 2);
  EXPECT_THAT(changed({"HEALTHCHECK NONE"}).healthcheck->test, ElementsAre("NONE"));
}

}  // namespace

}  // namespace image
