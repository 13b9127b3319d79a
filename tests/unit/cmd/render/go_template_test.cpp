// SPDX-License-Identifier: Apache-2.0
#include "render/go_template.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "go_template_cases.hpp"

namespace render {
namespace {

struct Result {
  std::string out, error;
};

Result execute(const std::string& text, const Data& data) {
  Result result;
  try {
    Template::parse("", text).execute(data, result.out);
  } catch (const base::Error& e) {
    EXPECT_EQ(e.kind(), base::Kind::usage);
    result.error = e.message();
  }
  return result;
}

Result run(const std::string& text, const Json& value = Json::object()) {
  return execute(text, {.value = value});
}

TEST(Template, AnswersAsGoDoes) {
  int count = 0;
  for (const auto& line : base::split(kGoTemplateCases, '\n')) {
    if (line.empty()) continue;
    const auto sample = Json::parse(line);
    const auto missing = sample[0] == "error" ? Missing::error : Missing::print;
    const auto result = execute(sample[1], {.value = sample[2], .missing = missing});
    EXPECT_EQ(result.out, sample[3]) << line;
    EXPECT_EQ(result.error, sample[4]) << line;
    ++count;
  }
  EXPECT_GT(count, 150);
}

TEST(Template, RefusesFieldsThatAStructHasNot) {
  const Json row = {{"ID", "abc"}, {"Platform", {{"os", "linux"}}}};
  const Data data{.value = row, .missing = Missing::field, .type = "*formatter.ContainerContext"};
  EXPECT_EQ(execute("{{.ID}}", data).out, "abc");
  EXPECT_EQ(execute("{{.Nosuch}}", data).error,
            "template: :1:2: executing \"\" at <.Nosuch>: can't evaluate field Nosuch in type "
            "*formatter.ContainerContext");
  EXPECT_EQ(execute("{{.Platform.os}} {{.Platform.nosuch}}", data).out, "linux <no value>");
  EXPECT_EQ(execute("{{$.Nosuch}}", data).error,
            "template: :1:3: executing \"\" at <$.Nosuch>: can't evaluate field Nosuch in type "
            "*formatter.ContainerContext");
}

TEST(Template, CallsMethodsOfRows) {
  const Json row = {{"Labels", {{"app", "web"}}}};
  const std::map<std::string, Method> methods = {
      {"Label", [](const Json& object, const std::vector<Json>& arguments) {
         return Json(object.at("Labels").value(arguments[0].get<std::string>(), ""));
       }}};
  const Data data{.value = row, .missing = Missing::field, .type = "*T", .methods = &methods};
  EXPECT_EQ(execute("{{.Label \"app\"}}|{{.Label \"none\"}}|{{\"app\" | .Label}}", data).out,
            "web||web");
  EXPECT_EQ(execute("{{if eq (.Label \"app\") \"web\"}}yes{{end}}", data).out, "yes");
  EXPECT_EQ(
      execute("{{.Label}}", data).error,
      "template: :1:2: executing \"\" at <.Label>: wrong number of args for Label: want 1 got 0");
  EXPECT_EQ(
      execute("{{.Labels \"x\"}}", data).error,
      "template: :1:2: executing \"\" at <.Labels>: wrong number of args for Labels: want 0 got 1");
  EXPECT_EQ(execute("{{.Nosuch \"x\"}}", data).error,
            "template: :1:2: executing \"\" at <.Nosuch>: can't evaluate field Nosuch in type *T");
}

TEST(Template, TellsMapsFromStructsInInspect) {
  const Json object = {{"Config", {{"Labels", {{"k", "v"}}}, {"Image", "i"}}},
                       {"LogConfig", {{"Config", {{"max-size", "1m"}}}}},
                       {"Networks", {{"bridge", {{"IPAddress", "1.2.3.4"}}}}}};
  const std::set<std::string> maps = {"Labels", "Networks", "LogConfig.Config"};
  const Data data{.value = object, .missing = Missing::error, .maps = &maps};
  EXPECT_EQ(execute("{{.Config.Labels.k}} {{.Config.Labels.nosuch}}", data).out, "v <no value>");
  EXPECT_EQ(execute("{{.LogConfig.Config.nosuch}}", data).out, "<no value>");
  EXPECT_EQ(
      execute("{{.Config.Nosuch}}", data).error,
      "template: :1:9: executing \"\" at <.Config.Nosuch>: map has no entry for key \"Nosuch\"");
  EXPECT_EQ(execute("{{range .Networks}}{{.IPAddress}}{{end}}", data).out, "1.2.3.4");
  EXPECT_NE(execute("{{range .Networks}}{{.Nosuch}}{{end}}", data).error, "");
}

TEST(Template, TakesNullAndMissingKeysAsDockersStructsHaveThem) {
  const Json object = {
      {"Labels", {{"k", "v"}}}, {"Ports", {{"80/tcp", Json::array({1})}}}, {"None", nullptr}};
  EXPECT_EQ(run("[{{index .Labels \"nosuch\"}}]", object).out, "[]");
  EXPECT_EQ(run("{{index .Ports \"81/tcp\"}}", object).out, "[]");
  EXPECT_EQ(run("[{{index .None \"k\"}}] {{len .None}} [{{join .None \",\"}}]", object).out,
            "[] 0 []");
  EXPECT_EQ(run("{{index .None 0}}", object).error,
            "template: :1:2: executing \"\" at <index .None 0>: error calling index: index out of "
            "range: 0");
}

TEST(Template, JoinsWhatSplitGives) {
  EXPECT_EQ(
      run("{{join (split \"a,b\" \",\") \"-\"}} {{range split \"a:b\" \":\"}}<{{.}}>{{end}}").out,
      "a-b <a><b>");
}

TEST(Template, HandsHeadersThroughFunctions) {
  const Json headers = {{"ID", "CONTAINER ID"}, {"Names", "NAMES"}};
  const Data data{.value = headers, .is_header = true};
  EXPECT_EQ(execute("{{json .ID}}\t{{lower .Names}}\t{{truncate .ID 3}}", data).out,
            "CONTAINER ID\tNAMES\tCONTAINER ID");
}

TEST(Template, KeepsWhatCameBeforeAnError) {
  const auto result = run("begin {{.A.B}} end", Json{{"A", "text"}});
  EXPECT_EQ(result.out, "begin ");
  EXPECT_NE(result.error, "");
}

TEST(Template, NamesItselfInErrors) {
  try {
    Template::parse("ps", "{{range .}}{{.Names{{end}}");
    FAIL();
  } catch (const base::Error& e) {
    EXPECT_EQ(e.message(), "template: ps:1: bad character U+007B '{'");
  }
}

TEST(Template, IsBounded) {
  EXPECT_NE(run("{{define \"x\"}}{{template \"x\" .}}{{end}}{{template \"x\" .}}")
                .error.find("exceeded maximum template depth"),
            std::string::npos);
  EXPECT_NE(run("{{range 9000000000000}}{{end}}").error.find("too many steps"), std::string::npos);
  EXPECT_NE(run("{{range 100000}}{{printf \"%10000d\" 1}}{{end}}").error.find("output is too long"),
            std::string::npos);
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{{if 1}}";
  EXPECT_EQ(run(deep).error, "template: :1: nested too deeply");
  EXPECT_EQ(run("{{" + std::string(100'000, '(') + "1" + std::string(100'000, ')') + "}}").error,
            "template: :1: nested too deeply");
}

TEST(Template, ServesManyRows) {
  const auto parsed = Template::parse("", "{{.n}};");
  std::string out;
  for (int i = 0; i < 3; ++i) parsed.execute({.value = Json{{"n", i}}}, out);
  EXPECT_EQ(out, "0;1;2;");
}

}  // namespace
}  // namespace render
