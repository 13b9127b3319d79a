// SPDX-License-Identifier: Apache-2.0
#include "base/json_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace base {
namespace {

struct Inner {
  std::string name;
  int size = 7;
};

template <typename Io>
void fields(Io& io, Inner& i) {
  io("name", i.name);
  io.maybe("size", i.size);
}

struct Outer {
  std::vector<Inner> items;
  std::optional<bool> flag;
  std::map<std::string, std::uint16_t> ports;
};

template <typename Io>
void fields(Io& io, Outer& o) {
  io("items", o.items);
  io.maybe("flag", o.flag);
  io.maybe("ports", o.ports);
}

std::string failure(const std::string& text) {
  try {
    from_json_text<Outer>(text, "doc");
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), Kind::corrupt);
    return e.message();
  }
  return "no failure";
}

TEST(JsonFields, NamesThePlaceOfAMissingField) {
  EXPECT_EQ(failure(R"({"items":[{"name":"a"},{}]})"), "doc.items[1].name is missing");
}

TEST(JsonFields, NamesThePlaceOfAWrongType) {
  EXPECT_EQ(failure(R"({"items":[{"name":3}]})"), "doc.items[0].name must be a string, not number");
  EXPECT_EQ(failure(R"({"items":null})"), "doc.items must be a list, not null");
  EXPECT_EQ(failure("[]"), "doc must be an object, not array");
}

TEST(JsonFields, RefusesNumbersThatDoNotFit) {
  EXPECT_EQ(failure(R"({"items":[],"ports":{"x":65536}})"), "doc.ports.x is out of range");
  EXPECT_EQ(failure(R"({"items":[],"ports":{"x":-1}})"), "doc.ports.x is out of range");
  EXPECT_EQ(failure(R"({"items":[],"ports":{"x":1.5}})"),
            "doc.ports.x must be an integer, not number");
}

TEST(JsonFields, RefusesTextThatIsNoJson) {
  EXPECT_EQ(failure("{"), "doc is not valid JSON");
}

TEST(JsonFields, RefusesDeepNestingBeforeParsing) {
  EXPECT_EQ(failure(std::string(900, '[') + std::string(900, ']')), "doc is nested too deeply");
}

TEST(JsonFields, IgnoresBracketsInStringsWhenItCountsDepth) {
  EXPECT_NO_THROW(parse_json("[\"" + std::string(500, '[') + "\\\"[\"]", "doc"));
}

TEST(JsonFields, KeepsDefaultsOfWhatIsAbsentOrNull) {
  const auto outer = from_json_text<Outer>(R"({"items":[{"name":"a","size":null}]})", "doc");
  EXPECT_EQ(outer.items.at(0).size, 7);
  EXPECT_FALSE(outer.flag.has_value());
}

TEST(JsonFields, WritesWhatItReads) {
  const std::string text = R"({"flag":true,"items":[{"name":"a","size":1}],"ports":{"x":80}})";
  EXPECT_EQ(to_json(from_json_text<Outer>(text, "doc")).dump(), text);
}

}  // namespace
}  // namespace base
