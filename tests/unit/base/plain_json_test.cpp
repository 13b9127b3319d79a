// SPDX-License-Identifier: Apache-2.0
#include "base/plain_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace base {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct Port {
  std::uint16_t number = 0;
  std::string protocol;
};

template <typename Io>
void fields(Io& io, Port& p) {
  io("number", p.number);
  io.maybe("protocol", p.protocol);
}

struct Row {
  std::string name;
  std::vector<std::string> words;
  std::map<std::string, std::string> labels;
  std::vector<Port> ports;
  bool flag = false;
  int count = 7;
};

template <typename Io>
void fields(Io& io, Row& r) {
  io("name", r.name);
  io("words", r.words);
  io.maybe("labels", r.labels);
  io.maybe("ports", r.ports);
  io.maybe("flag", r.flag);
  io.maybe("count", r.count);
}

bool is_plain(const std::string& text) {
  Row row;
  return read_plain_json(text, row);
}

TEST(PlainJson, ReadsWhatAWriterWrote) {
  const Row written{.name = "a",
                    .words = {"sh", "-c", "echo \"x\" \\ [{,:}]\n\t"},
                    .labels = {{"k", ""}, {"l", "1,2"}},
                    .ports = {{80, "tcp"}, {65535, ""}},
                    .flag = true,
                    .count = -12};
  Row read;
  ASSERT_TRUE(read_plain_json(to_json(written).dump(), read));
  EXPECT_EQ(read.name, "a");
  EXPECT_EQ(read.words, written.words);
  EXPECT_EQ(read.labels, written.labels);
  ASSERT_EQ(read.ports.size(), 2U);
  EXPECT_EQ(read.ports[0].protocol, "tcp");
  EXPECT_EQ(read.ports[1].number, 65535);
  EXPECT_TRUE(read.flag);
  EXPECT_EQ(read.count, -12);
}

TEST(PlainJson, KeepsTheDefaultOfWhatIsAbsent) {
  Row row;
  ASSERT_TRUE(read_plain_json(R"({"name":"","words":[]})", row));
  EXPECT_EQ(row.count, 7);
  EXPECT_TRUE(row.words.empty());
}

TEST(PlainJson, ReplacesWhatWasThere) {
  Row row;
  row.name = "old";
  row.words = {"x"};
  row.labels = {{"x", "y"}};
  ASSERT_TRUE(read_plain_json(R"({"labels":{"a":"b"},"name":"n","words":["w"]})", row));
  EXPECT_EQ(row.name, "n");
  EXPECT_THAT(row.words, ElementsAre("w"));
  EXPECT_THAT(row.labels, ElementsAre(Pair("a", "b")));
}

TEST(PlainJson, LeavesToOthersWhatOnlyTheyKnow) {
  EXPECT_FALSE(is_plain(R"({"name":"\u00e9","words":[]})"));
  EXPECT_FALSE(is_plain("{\"name\":\"\xc3\xa9\",\"words\":[]}"));
  EXPECT_FALSE(is_plain(R"({"name":"","words":[],"flag":null})"));
  EXPECT_FALSE(is_plain(R"({"name":"", "words":[]})"));
  EXPECT_FALSE(is_plain(R"({"name":"","words":[],"count":1.0})"));
  EXPECT_FALSE(is_plain(R"({"name":"","words":[],"count":1e3})"));
}

TEST(PlainJson, RefusesWhatDoesNotFitTheStruct) {
  EXPECT_FALSE(is_plain(R"({"name":""})"));
  EXPECT_FALSE(is_plain(R"({"name":"","words":[],"more":1})"));
  EXPECT_FALSE(is_plain(R"({"name":"","name":"","words":[]})"));
  EXPECT_FALSE(is_plain(R"({"name":1,"words":[]})"));
  EXPECT_FALSE(is_plain(R"({"name":"","words":{}})"));
  EXPECT_FALSE(is_plain(R"({"name":"","words":[],"ports":[{"number":65536}]})"));
  EXPECT_FALSE(is_plain(R"({"name":"","words":[],"ports":[{"number":-1}]})"));
  EXPECT_FALSE(is_plain(R"({"name":"","words":[],"labels":{"a":"b","a":"c"}})"));
}

TEST(PlainJson, RefusesWhatIsNoJson) {
  const std::string whole = R"({"count":12,"labels":{"a":"b\\"},"name":"n","words":["x","y"]})";
  ASSERT_TRUE(is_plain(whole));
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(is_plain(whole.substr(0, length))) << length;
  for (const char* text : {R"({"name":"","words":[],})",
                           R"({,"name":"","words":[]})",
                           R"({"name":"","words":["a",]})",
                           R"({"name":"","words":["a""b"]})",
                           R"({"name":"","words":["a"}])",
                           R"({"name":"","words":[]}})",
                           R"({"name":"","words":[]},)",
                           R"({"name":"","words":[],"count":01})",
                           R"({"name":"","words":[],"count":-0})",
                           R"({"name":"","words":[],"count":})",
                           R"({"name":"","words":[],"flag":truee})",
                           R"({"name":"\x","words":[]})",
                           "{\"name\":\"\n\",\"words\":[]}"})
    EXPECT_FALSE(is_plain(text)) << text;
}

}  // namespace
}  // namespace base
