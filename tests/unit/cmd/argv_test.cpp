// SPDX-License-Identifier: Apache-2.0
#include "argv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors.hpp"

namespace cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<Flag> kFlags = {
    {.names = {"interactive"}, .letters = "i"},
    {.names = {"tty"}, .letters = "t"},
    {.names = {"detach"}, .letters = "d"},
    {.names = {"env"}, .letters = "e", .takes = Flag::Takes::value},
    {.names = {"publish"}, .letters = "p", .takes = Flag::Takes::value},
    {.names = {"name"}, .takes = Flag::Takes::value},
    {.names = {"memory"}, .letters = "m", .takes = Flag::Takes::value},
    {.names = {"pull"}, .takes = Flag::Takes::maybe, .bare = "missing"},
};

Argv split(const std::vector<std::string>& words, bool interspersed = false) {
  return split_argv(kFlags, words, interspersed);
}

/// "env=A=1" for each flag.
std::vector<std::string> given(const Argv& argv) {
  std::vector<std::string> texts;
  for (const auto& flag : argv.flags)
    texts.push_back(kFlags[flag.flag].names[0] + "=" + flag.value);
  return texts;
}

std::string refusal(const std::vector<std::string>& words) {
  try {
    split(words);
  } catch (const UsageError& e) {
    EXPECT_EQ(e.which(), UsageError::What::flag);
    return e.message();
  }
  return "";
}

TEST(SplitArgv, RefusesWithPflagsWords) {
  EXPECT_EQ(refusal({"--nosuch"}), "unknown flag: --nosuch");
  EXPECT_EQ(refusal({"--nosuch=x"}), "unknown flag: --nosuch");
  EXPECT_EQ(refusal({"--nam", "x"}), "unknown flag: --nam");
  EXPECT_EQ(refusal({"-x"}), "unknown shorthand flag: 'x' in -x");
  EXPECT_EQ(refusal({"-itx"}), "unknown shorthand flag: 'x' in -x");
  EXPECT_EQ(refusal({"-xit"}), "unknown shorthand flag: 'x' in -xit");
  EXPECT_EQ(refusal({"--name"}), "flag needs an argument: --name");
  EXPECT_EQ(refusal({"-ite"}), "flag needs an argument: 'e' in -e");
  EXPECT_EQ(refusal({"---name"}), "bad flag syntax: ---name");
  EXPECT_EQ(refusal({"--=x"}), "bad flag syntax: --=x");
  EXPECT_EQ(refusal({"--detach=maybe"}),
            "invalid argument \"maybe\" for \"-d, --detach\" flag: strconv.ParseBool: parsing "
            "\"maybe\": invalid syntax");
  EXPECT_EQ(refusal({"--detach="}),
            "invalid argument \"\" for \"-d, --detach\" flag: strconv.ParseBool: parsing \"\": "
            "invalid syntax");
}

TEST(SplitArgv, TakesValuesInEveryForm) {
  EXPECT_THAT(given(split({"--name", "x", "--name=y", "-e", "A=1", "-eB=2", "-e=C=3"})),
              ElementsAre("name=x", "name=y", "env=A=1", "env=B=2", "env=C=3"));
  EXPECT_THAT(given(split({"-p=80:80", "-p", "81:81", "-p82:82"})),
              ElementsAre("publish=80:80", "publish=81:81", "publish=82:82"));
}

TEST(SplitArgv, TakesEmptyAndOddValuesAsTheyAre) {
  EXPECT_THAT(given(split({"--env=", "--name", ""})), ElementsAre("env=", "name="));
  EXPECT_THAT(given(split({"-e", "-x", "--name", "--env", "-e", "--"})),
              ElementsAre("env=-x", "name=--env", "env=--"));
  EXPECT_THAT(given(split({"--env", "[a,b]", "-e", "{}", "-e", "%%", "-e", " a b "})),
              ElementsAre("env=[a,b]", "env={}", "env=%%", "env= a b "));
}

TEST(SplitArgv, TakesAnEqualsSignAloneAsPflagDoes) {
  EXPECT_THAT(given(split({"-e="})), ElementsAre("env=="));
}

TEST(SplitArgv, ReadsClusters) {
  EXPECT_THAT(given(split({"-itd"})), ElementsAre("interactive=true", "tty=true", "detach=true"));
  EXPECT_THAT(given(split({"-itp", "80"})),
              ElementsAre("interactive=true", "tty=true", "publish=80"));
  EXPECT_THAT(given(split({"-itp80"})), ElementsAre("interactive=true", "tty=true", "publish=80"));
  EXPECT_THAT(given(split({"-it=false"})), ElementsAre("interactive=true", "tty=false"));
}

TEST(SplitArgv, ReadsBooleansAsGoDoes) {
  EXPECT_THAT(given(split({"--detach", "--detach=false", "-d=0", "--tty=T", "--tty=FALSE"})),
              ElementsAre("detach=true", "detach=false", "detach=false", "tty=true", "tty=false"));
  EXPECT_THAT(split({"--detach", "false"}).words, ElementsAre("false"));
}

TEST(SplitArgv, TakesValuesThatMayBeLeftOut) {
  const auto argv = split({"--pull", "always", "--pull=never"}, true);
  EXPECT_THAT(given(argv), ElementsAre("pull=missing", "pull=never"));
  EXPECT_THAT(argv.words, ElementsAre("always"));
}

TEST(SplitArgv, StopsAtTheFirstWordUnlessInterspersed) {
  const auto stopped = split({"-d", "alpine", "ls", "-l", "--name", "x"});
  EXPECT_THAT(given(stopped), ElementsAre("detach=true"));
  EXPECT_THAT(stopped.words, ElementsAre("alpine", "ls", "-l", "--name", "x"));
  const auto mixed = split({"one", "-d", "two", "--name", "x"}, true);
  EXPECT_THAT(given(mixed), ElementsAre("detach=true", "name=x"));
  EXPECT_THAT(mixed.words, ElementsAre("one", "two"));
}

TEST(SplitArgv, EndsFlagsAtTwoDashes) {
  EXPECT_THAT(split({"-d", "--", "-x", "--nosuch"}, true).words, ElementsAre("-x", "--nosuch"));
  EXPECT_THAT(split({"a", "--", "b", "--", "c"}, true).words, ElementsAre("a", "b", "--", "c"));
  EXPECT_THAT(split({"a", "--", "b"}, false).words, ElementsAre("a", "--", "b"));
}

TEST(SplitArgv, LeavesWordsAlone) {
  EXPECT_THAT(split({"img", "sh", "-c", "[ -e /etc ]", "[a,b]", "", "-"}).words,
              ElementsAre("img", "sh", "-c", "[ -e /etc ]", "[a,b]", "", "-"));
  EXPECT_THAT(split({"-", "[a,b]"}, true).words, ElementsAre("-", "[a,b]"));
}

TEST(SplitArgv, KnowsHelp) {
  EXPECT_TRUE(split({"--help"}).help);
  EXPECT_FALSE(split({"--help"}).short_help);
  EXPECT_TRUE(split({"-dh"}).short_help);
  EXPECT_FALSE(split({"img", "--help"}).help);
  EXPECT_THAT(split({}).words, IsEmpty());
}

TEST(SplitArgv, GivesALetterHToTheFlagThatHasIt) {
  const std::vector<Flag> flags = {
      {.names = {"hostname"}, .letters = "h", .takes = Flag::Takes::value}};
  const auto argv = split_argv(flags, {"-h", "web"}, false);
  EXPECT_FALSE(argv.help);
  EXPECT_EQ(argv.flags.at(0).value, "web");
}

}  // namespace
}  // namespace cli
