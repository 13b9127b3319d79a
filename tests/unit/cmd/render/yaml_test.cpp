// SPDX-License-Identifier: Apache-2.0
#include "render/yaml.hpp"

#include <gtest/gtest.h>

namespace {

using render::yaml;
using Json = nlohmann::json;

TEST(Yaml, QuotesWhatWouldBeReadAsSomethingElse) {
  for (const char* text : {"",
                           "true",
                           "null",
                           "12",
                           "1.5",
                           "0x10",
                           "- x",
                           "a: b",
                           "a #b",
                           "*a",
                           "x:",
                           " x",
                           "1:30",
                           "\n"}) {
    EXPECT_EQ(yaml({{"k", text}}), "k: " + Json(text).dump() + "\n") << text;
  }
}

TEST(Yaml, LeavesPlainTextsAsTheyAre) {
  for (const char* text : {"0.1.0", "a:b", "unix:///run/x", "a b", "v2", "1h 2m"}) {
    EXPECT_EQ(yaml({{"k", text}}), std::string("k: ") + text + "\n");
  }
}

TEST(Yaml, NestsMapsAndLists) {
  const Json json = {{"a", {{"b", 1}, {"c", Json::array({"x", {{"d", true}, {"e", nullptr}}})}}},
                     {"f", Json::array()},
                     {"g", Json::object()}};
  EXPECT_EQ(yaml(json), "a:\n  b: 1\n  c:\n  - x\n  - d: true\n    e: null\nf: []\ng: {}\n");
}

}  // namespace
