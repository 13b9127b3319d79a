// SPDX-License-Identifier: Apache-2.0
#include "flags.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "errors.hpp"

namespace cli {
namespace {

using testing::ElementsAre;

struct Options {
  std::string name;
  std::vector<std::string> env, labels;
  bool detach = false, proxy = true;
  int timeout = 10;
  unsigned count = 0;
  double cpus = 0;
  std::int64_t memory = 0;
  std::vector<std::string> order;
};

class FlagsTest : public testing::Test {
 protected:
  FlagsTest() {
    table_.add_option("--name", o_.name, "Name");
    table_.add_list("-e,--env", o_.env, "Environment");
    table_.add_list("-l,--label", o_.labels, "Labels");
    table_.add_flag("-d,--detach", o_.detach, "Detach");
    table_.add_flag("--sig-proxy", o_.proxy, "Proxy").default_val(true);
    table_.add_option("-t,--timeout,--time", o_.timeout, "Seconds");
    table_.add_option("--count", o_.count, "Count");
    table_.add_option("--cpus", o_.cpus, "CPUs");
    table_.add_option_function<std::string>(
        "-m,--memory",
        [this](const std::string& text) {
          if (text == "5x") base::fail(base::Kind::usage, "invalid suffix: 'x'");
          if (text == "later") base::fail(base::Kind::unsupported, "--memory is not supported yet");
          if (text == "gone")
            base::fail(base::Kind::not_found, "open gone: No such file or directory");
          o_.memory = std::stoll(text);
          o_.order.push_back("m" + text);
        },
        "Memory");
    table_.add_flag_function(
        "--once", [this](std::int64_t n) { o_.order.push_back(n > 0 ? "on" : "off"); }, "Once");
  }

  void parse(const std::vector<std::string>& words) {
    const auto flags = table_.flags();
    table_.apply(flags, split_argv(flags, words, true));
  }

  std::string refusal(const std::vector<std::string>& words) {
    try {
      parse(words);
    } catch (const UsageError& e) {
      return e.message();
    }
    return "";
  }

  Options o_;
  FlagTable table_;
};

TEST_F(FlagsTest, WrapsWhatACallbackRefuses) {
  EXPECT_EQ(refusal({"-m", "5x"}),
            "invalid argument \"5x\" for \"-m, --memory\" flag: invalid suffix: 'x'");
  EXPECT_EQ(refusal({"-m", "1", "--memory=5x"}),
            "invalid argument \"5x\" for \"-m, --memory\" flag: invalid suffix: 'x'");
  EXPECT_EQ(refusal({"-mlater"}), "--memory is not supported yet");
  EXPECT_THROW(parse({"-m", "gone"}), base::Error);
}

TEST_F(FlagsTest, TellsNumbersAsGosStrconvDoes) {
  EXPECT_EQ(refusal({"-tx"}),
            "invalid argument \"x\" for \"-t, --timeout\" flag: strconv.ParseInt: parsing \"x\": "
            "invalid syntax");
  EXPECT_EQ(refusal({"--time", ""}),
            "invalid argument \"\" for \"-t, --timeout\" flag: strconv.ParseInt: parsing \"\": "
            "invalid syntax");
  EXPECT_EQ(refusal({"-t99999999999999999999"}),
            "invalid argument \"99999999999999999999\" for \"-t, --timeout\" flag: "
            "strconv.ParseInt: parsing "
            "\"99999999999999999999\": value out of range");
  EXPECT_EQ(refusal({"--count=-1"}),
            "invalid argument \"-1\" for \"--count\" flag: strconv.ParseUint: parsing \"-1\": "
            "invalid syntax");
  EXPECT_EQ(refusal({"--cpus=a"}),
            "invalid argument \"a\" for \"--cpus\" flag: strconv.ParseFloat: parsing \"a\": "
            "invalid syntax");
}

TEST_F(FlagsTest, LetsTheLastScalarWin) {
  parse({"--name", "a", "--name=b", "-t", "1", "--time=-5", "--cpus=1.5"});
  EXPECT_EQ(o_.name, "b");
  EXPECT_EQ(o_.timeout, -5);
  EXPECT_EQ(o_.cpus, 1.5);
}

TEST_F(FlagsTest, TakesEmptyValues) {
  o_.name = "before";
  parse({"--name=", "--env="});
  EXPECT_EQ(o_.name, "");
  EXPECT_THAT(o_.env, ElementsAre(""));
}

TEST_F(FlagsTest, KeepsValuesOfListsRaw) {
  parse({"-e", "[a,b]", "-l", "[c,d]", "-e", "{}", "-e", "%%", "-l", "x y"});
  EXPECT_THAT(o_.env, ElementsAre("[a,b]", "{}", "%%"));
  EXPECT_THAT(o_.labels, ElementsAre("[c,d]", "x y"));
}

TEST_F(FlagsTest, SetsBooleansBothWays) {
  parse({"-d", "--sig-proxy=false"});
  EXPECT_TRUE(o_.detach);
  EXPECT_FALSE(o_.proxy);
  parse({"-d=false", "--sig-proxy"});
  EXPECT_FALSE(o_.detach);
  EXPECT_TRUE(o_.proxy);
}

TEST_F(FlagsTest, CallsBackOncePerOccurrenceInOrder) {
  parse({"-m1", "--once", "-m2", "--once=false", "-m3"});
  EXPECT_THAT(o_.order, ElementsAre("m1", "on", "m2", "off", "m3"));
}

TEST(MayBeGivenTest, KnowsWhatTheWordsCanMean) {
  const FlagTable table({"--memory=1g", "-itd", "--", "image"});
  for (const char* names : {"-m,--memory", "-i,--interactive", "-t,--tty", "-d,--detach"})
    EXPECT_TRUE(table.may_hold(names)) << names;
  for (const char* names : {"--memory-swap", "--name", "-e,--env", "--tt"})
    EXPECT_FALSE(table.may_hold(names)) << names;
  for (const auto& help : {"--help", "-h"})
    EXPECT_TRUE(FlagTable({help}).may_hold("--name")) << help;
  EXPECT_TRUE(FlagTable().may_hold("--name"));
}

TEST_F(FlagsTest, LeavesWhatIsNotGiven) {
  parse({});
  EXPECT_EQ(o_.timeout, 10);
  EXPECT_TRUE(o_.proxy);
  EXPECT_FALSE(o_.detach);
}

}  // namespace
}  // namespace cli
