// SPDX-License-Identifier: Apache-2.0
// Values of single flags.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors.hpp"
#include "options/parse.hpp"

namespace cli {
namespace {

using testing::ElementsAre;

/// What `act` refuses with: the sentence, and in front of it "client: " or "unsupported: " where it is no plain one.
template <typename Act>
std::string refusal(Act act) {
  try {
    act();
  } catch (const ClientError& error) {
    return "client: " + error.message();
  } catch (const base::Error& error) {
    if (error.kind() == base::Kind::unsupported) return "unsupported: " + error.message();
    EXPECT_EQ(error.kind(), base::Kind::usage);
    return error.message();
  }
  return "no refusal";
}

struct Refusal {
  std::string text, message;
};

TEST(ParseSize, Refuses) {
  const Refusal cases[] = {
      {"5x", "invalid suffix: 'x'"},
      {"abc", "invalid size: 'abc'"},
      {"", "invalid size: ''"},
      {"-5", "invalid size: '-5'"},
      {"5kbb", "invalid suffix: 'kbb'"},
      {"1KIBI", "invalid suffix: 'KIBI'"},
      {"1.2.3", "strconv.ParseFloat: parsing \"1.2.3\": invalid syntax"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal([&] { parse_size(c.text); }), c.message);
  EXPECT_EQ(refusal([] { parse_swap("-2"); }), "invalid size: '-2'");
}

TEST(ParseSize, Takes) {
  EXPECT_EQ(parse_size("64m"), 64 << 20);
  EXPECT_EQ(parse_size("1.5g"), 1610612736);
  EXPECT_EQ(parse_size("1024"), 1024);
  EXPECT_EQ(parse_size("0"), 0);
  EXPECT_EQ(parse_swap("-1"), -1);
  EXPECT_EQ(parse_decimal_size("10m"), 10'000'000);
  EXPECT_EQ(parse_decimal_size("1.5kB"), 1500);
  EXPECT_EQ(parse_decimal_size("77"), 77);
}

TEST(ParseInteger, RefusesAndTakes) {
  EXPECT_EQ(refusal([] { parse_integer("abc"); }),
            "strconv.ParseInt: parsing \"abc\": invalid syntax");
  EXPECT_EQ(refusal([] { parse_integer(""); }), "strconv.ParseInt: parsing \"\": invalid syntax");
  EXPECT_EQ(refusal([] { parse_integer("9223372036854775808"); }),
            "strconv.ParseInt: parsing \"9223372036854775808\": value out of range");
  EXPECT_EQ(parse_integer("-1"), -1);
  EXPECT_EQ(parse_integer("+7"), 7);
}

TEST(ParseBool, TakesGosWords) {
  EXPECT_EQ(parse_bool("T"), true);
  EXPECT_EQ(parse_bool("0"), false);
  EXPECT_EQ(parse_bool("maybe"), std::nullopt);
  EXPECT_EQ(parse_bool(""), std::nullopt);
}

TEST(ParseCpus, Refuses) {
  for (const char* text : {"abc", "", "1/0", "1/x", ".", "1e", "--1", "1.5/2"}) {
    EXPECT_EQ(refusal([&] { parse_cpus(text); }),
              fmt::format("failed to parse {} as a rational number", text));
  }
  for (const char* text : {"0.0000000001", "1/3", "1e-10", "99999999999999999999e9"}) {
    EXPECT_NE(refusal([&] { parse_cpus(text); }), "no refusal") << text;
  }
  EXPECT_EQ(refusal([] { parse_cpus("1/3"); }), "value is too precise");
}

TEST(ParseCpus, Takes) {
  EXPECT_EQ(parse_cpus("1.5"), 1'500'000'000);
  EXPECT_EQ(parse_cpus(".5"), 500'000'000);
  EXPECT_EQ(parse_cpus("1/2"), 500'000'000);
  EXPECT_EQ(parse_cpus("25e-1"), 2'500'000'000);
  EXPECT_EQ(parse_cpus("1000"), 1'000'000'000'000);
  EXPECT_EQ(parse_cpus("-1"), -1'000'000'000);
  EXPECT_EQ(parse_cpus("0"), 0);
}

TEST(ParseUlimit, Refuses) {
  const Refusal cases[] = {
      {"nofile", "invalid ulimit argument: nofile"},
      {"nosuch=1", "invalid ulimit type: nosuch"},
      {"nofile=128:64", "ulimit soft limit must be less than or equal to hard limit: 128 > 64"},
      {"nofile=-1:64",
       "ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: "
       "64"},
      {"nofile=1:2:3",
       "too many limit value arguments - 1:2:3, can only have up to two, `soft[:hard]`"},
      {"nofile=x", "strconv.ParseInt: parsing \"x\": invalid syntax"},
      {"nofile=", "strconv.ParseInt: parsing \"\": invalid syntax"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal([&] { parse_ulimit(c.text); }), c.message);
}

TEST(ParseUlimit, Takes) {
  const auto limits = parse_ulimit("nofile=64:128");
  EXPECT_EQ(limits.name, "nofile");
  EXPECT_EQ(limits.soft, 64);
  EXPECT_EQ(limits.hard, 128);
  EXPECT_EQ(parse_ulimit("core=0").hard, 0);
  EXPECT_EQ(parse_ulimit("core=-1").soft, -1);
  EXPECT_EQ(parse_ulimit("core=5:-1").hard, -1);
}

TEST(ParseDevice, Refuses) {
  const Refusal cases[] = {
      {"", "client: bad format for path: "},
      {":/dev/x", "client: bad format for path: :/dev/x"},
      {"/a:/b:r:w", "client: bad format for path: /a:/b:r:w"},
      {"/dev/x:/dev/y:q", "client: bad mode specified: q"},
      {"/dev/x:/dev/y:rr", "client: bad mode specified: rr"},
      {"dev/x", "client: dev/x is not an absolute path"},
      {"/dev/x:y", "client: y is not an absolute path"},
      {"vendor.com/gpu=0", "unsupported: CDI devices are not supported yet: vendor.com/gpu=0"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal([&] { parse_device(c.text); }), c.message);
}

TEST(ParseDevice, Takes) {
  const auto mapped = parse_device("/dev/null:/dev/./mynull:rw");
  EXPECT_EQ(mapped.host, "/dev/null");
  EXPECT_EQ(mapped.container, "/dev/mynull");
  EXPECT_EQ(mapped.permissions, "rw");
  EXPECT_EQ(parse_device("/dev/fuse:r").container, "/dev/fuse");
  EXPECT_EQ(parse_device("/dev/fuse:r").permissions, "r");
  EXPECT_EQ(parse_device("/dev/fuse").permissions, "rwm");
}

TEST(ParseDeviceRule, RefusesAndTakes) {
  for (const char* text : {"",
                           "c 1:3",
                           "d 1:3 r",
                           "c 1 r",
                           "c x:3 r",
                           "c 1:3 q",
                           "c 1:3 rwmr",
                           "c  1:3 r",
                           "c -1:3 r"}) {
    EXPECT_EQ(refusal([&] { parse_device_rule(text); }),
              fmt::format("invalid device cgroup format '{}'", text));
  }
  const auto rule = parse_device_rule("c 42:* rmw");
  EXPECT_EQ(rule.type, "c");
  EXPECT_EQ(rule.major, 42);
  EXPECT_EQ(rule.minor, -1);
  EXPECT_EQ(rule.access, "rmw");
}

TEST(ParseCsv, RefusesAsGosReader) {
  EXPECT_EQ(refusal([] { parse_csv("a,b\"c"); }),
            "parse error on line 1, column 4: bare \" in non-quoted field");
  EXPECT_EQ(refusal([] { parse_csv("\"a"); }),
            "parse error on line 1, column 3: extraneous or missing \" in quoted-field");
  EXPECT_EQ(refusal([] { parse_csv("\"a\"b"); }),
            "parse error on line 1, column 3: extraneous or missing \" in quoted-field");
}

TEST(ParseCsv, Takes) {
  EXPECT_THAT(parse_csv("a,\"b,\"\"c\"\"\",d"), ElementsAre("a", "b,\"c\"", "d"));
  EXPECT_THAT(parse_csv("a,,"), ElementsAre("a", "", ""));
}

TEST(ParseExtraHost, RefusesAndTakes) {
  const Refusal cases[] = {
      {"bad", "bad format for add-host: \"bad\""},
      {":1.1.1.1", "bad format for add-host: \":1.1.1.1\""},
      {"a:b=1.1.1.1", "bad format for add-host: \"a:b=1.1.1.1\""},
      {"x:nonsense", "invalid IP address in add-host: \"nonsense\""},
      {"x:[::1", "invalid IP address in add-host: \"[::1\""},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal([&] { parse_extra_host(c.text); }), c.message);
  EXPECT_EQ(parse_extra_host("one=1.1.1.1"), "one:1.1.1.1");
  EXPECT_EQ(parse_extra_host("six:::1"), "six:::1");
  EXPECT_EQ(parse_extra_host("six=[fe80::1]"), "six:fe80::1");
  EXPECT_EQ(parse_extra_host("gw:host-gateway"), "gw:host-gateway");
}

TEST(ParseSearchDomain, RefusesAndTakes) {
  for (const char* text : {"", "1.2", "-a.example", "a..b", "a b", "a_b"}) {
    EXPECT_EQ(refusal([&] { parse_search_domain(text); }),
              fmt::format("{} is not a valid domain", text));
  }
  EXPECT_EQ(parse_search_domain("."), ".");
  EXPECT_EQ(parse_search_domain("a.example."), "a.example");
  EXPECT_EQ(parse_search_domain(" x-y.z9 "), "x-y.z9");
}

TEST(ParseAddress, TakesBothFamilies) {
  EXPECT_EQ(parse_address("nonsense"), std::nullopt);
  EXPECT_EQ(parse_address("1.2.3"), std::nullopt);
  EXPECT_EQ(parse_address("8.8.8.8"), "8.8.8.8");
  EXPECT_EQ(parse_address("0:0::1"), "::1");
}

TEST(ParseMac, TakesColonsAndHyphens) {
  for (const char* text :
       {"", "02:42", "02:42:ac:11:00:0g", "02:42:ac:11:00:02:03", "2:42:ac:11:00:02"}) {
    EXPECT_EQ(parse_mac(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_mac("02-42-AC-11-00-02"), "02:42:ac:11:00:02");
}

}  // namespace
}  // namespace cli
