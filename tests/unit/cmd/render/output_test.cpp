// SPDX-License-Identifier: Apache-2.0
#include "render/output.hpp"

#include <functional>
#include <optional>

#include <gtest/gtest.h>

#include "errors.hpp"

namespace render {
namespace {

struct Printed {
  std::string text;
  std::optional<cli::ClientError> error;
};

Printed printed(const std::function<void()>& act) {
  Printed result;
  testing::internal::CaptureStdout();
  try {
    act();
  } catch (const cli::ClientError& e) {
    result.error = e;
  }
  result.text = testing::internal::GetCapturedStdout();
  return result;
}

Listing listing() {
  return {.table = "{{.ID}}\\t{{.Names}}",
          .headers = {{"ID", "CONTAINER ID"}, {"Names", "NAMES"}, {"Labels", "LABELS"}},
          .type = "*formatter.ContainerContext",
          .name = "ps",
          .methods = {{"Label", [](const Json&, const std::vector<Json>&) { return Json("web"); }}},
          .parse_error = "failed to parse template: ",
          .execute_error = "failed to execute template: "};
}

const std::vector<Json> kRows = {{{"ID", "abc"}, {"Names", "one"}, {"Labels", "k=v"}},
                                 {{"ID", "def"}, {"Names", "two"}, {"Labels", ""}}};

std::string shown(const std::string& format, bool quiet = false) {
  return printed([&] { print_listing(listing(), kRows, format, quiet); }).text;
}

TEST(PrintListing, TellsAWrongTemplateInDockersWordsAndPrintsNothing) {
  auto result = printed([] { print_listing(listing(), kRows, "{{.ID}} {{.Nosuch}}"); });
  EXPECT_EQ(result.text, "");
  EXPECT_EQ(result.error->message(),
            "failed to execute template: template: :1:10: executing \"\" at <.Nosuch>: can't "
            "evaluate field Nosuch in "
            "type *formatter.ContainerContext");
  result = printed([] { print_listing(listing(), kRows, "{{.Names"); });
  EXPECT_EQ(result.error->message(), "failed to parse template: template: :1: unclosed action");
}

TEST(PrintListing, PrintsTables) {
  const std::string table = "CONTAINER ID   NAMES\nabc            one\ndef            two\n";
  EXPECT_EQ(shown(""), table);
  EXPECT_EQ(shown("table"), table);
  EXPECT_EQ(shown("table {{.Names}}\\t{{.ID}}"),
            "NAMES     CONTAINER ID\none       abc\ntwo       def\n");
  EXPECT_EQ(shown("table {{.Label \"com.example.my-app\"}}\\t{{lower .ID}}"),
            "my app    CONTAINER ID\nweb       abc\nweb       def\n");
}

TEST(PrintListing, PrintsHeadersWithoutRows) {
  EXPECT_EQ(printed([] { print_listing(listing(), {}, ""); }).text, "CONTAINER ID   NAMES\n");
}

TEST(PrintListing, PrintsJsonAndTemplates) {
  EXPECT_EQ(shown("json"),
            "{\"ID\":\"abc\",\"Labels\":\"k=v\",\"Names\":\"one\"}\n{\"ID\":\"def\",\"Labels\":"
            "\"\",\"Names\":\"two\"}\n");
  EXPECT_EQ(shown("{{json .}}"), shown("json"));
  EXPECT_EQ(shown("{{.ID}}\\t{{.Names}}\\n"), "abc\tone\n\ndef\ttwo\n\n");
}

TEST(PrintListing, IsQuiet) {
  EXPECT_EQ(shown("", true), "abc\ndef\n");
  EXPECT_EQ(shown("{{.Names}}", true), "one\ntwo\n");
  auto ps = listing();
  ps.quiet_wins = true;
  EXPECT_EQ(printed([&] { print_listing(ps, kRows, "{{.Names}}", true); }).text, "abc\ndef\n");
}

TEST(PrintListing, SpeaksPodman) {
  auto ps = listing();
  ps.style = Style::podman;
  ps.type = "containers.psReporter";
  EXPECT_EQ(printed([&] { print_listing(ps, kRows, ""); }).text,
            "CONTAINER ID  NAMES\nabc           one\ndef           two\n");
  EXPECT_EQ(printed([&] {
              print_listing(ps, {{{"ID", "a"}}}, "json");
            }).text,
            "[\n    {\n        \"ID\": \"a\"\n    }\n]\n");
  const auto result = printed([&] { print_listing(ps, kRows, "{{.Nosuch}}"); });
  EXPECT_EQ(result.error->message(),
            "template: ps:1:13: executing \"ps\" at <.Nosuch>: can't evaluate field Nosuch in type "
            "containers.psReporter");
  EXPECT_EQ(printed([&] { print_listing(ps, kRows, "{{.Names"); }).error->message(),
            "template: ps:1: bad character U+007B '{'");
}

const Json kObject = {{"Id", "abc"}, {"Config", {{"Labels", {{"k", "<v>"}}}}}};

TEST(PrintInspected, EndsTheLineBeforeAnError) {
  const auto result = printed([] { print_inspected({kObject}, "{{.Id}}{{.Nosuch}}"); });
  EXPECT_EQ(result.text, "\n");
  EXPECT_EQ(result.error->message(),
            "template parsing error: template: :1:9: executing \"\" at <.Nosuch>: map has no entry "
            "for key \"Nosuch\"");
  EXPECT_EQ(result.error->code(), 0);
}

TEST(PrintInspected, HasACodeOfItsOwnForTemplatesThatCannotBeParsed) {
  const auto result = printed([] { print_inspected({kObject}, "{{nosuch .Name}}"); });
  EXPECT_EQ(result.text, "");
  EXPECT_EQ(result.error->message(),
            "template parsing error: template: :1: function \"nosuch\" not defined");
  EXPECT_EQ(result.error->code(), 64);
}

TEST(PrintInspected, PrintsIndentedJson) {
  EXPECT_EQ(printed([] { print_inspected({}, ""); }).text, "[]\n");
  EXPECT_EQ(printed([] { print_inspected({kObject}, ""); }).text,
            "[\n    {\n        \"Config\": {\n            \"Labels\": {\n                \"k\": "
            "\"<v>\"\n            }\n"
            "        },\n        \"Id\": \"abc\"\n    }\n]\n");
  EXPECT_EQ(printed([] { print_inspected({kObject}, "json"); }).text,
            "[{\"Config\":{\"Labels\":{\"k\":\"<v>\"}},\"Id\":\"abc\"}]\n");
}

TEST(PrintInspected, FollowsATemplateForEachObject) {
  EXPECT_EQ(printed([] {
              print_inspected({kObject, kObject}, "{{.Id}} {{.Config.Labels.nosuch}}");
            }).text,
            "abc <no value>\nabc <no value>\n");
}

TEST(PrintSingle, EndsTheLineBeforeAnError) {
  const auto result = printed([] {
    print_single({.type = "system.versionInfo", .name = "version"},
                 {{"Client", {{"Os", "linux"}}}},
                 "{{.Client.Os}} {{.Nosuch}}");
  });
  EXPECT_EQ(result.text, "linux \n");
  EXPECT_EQ(result.error->message(),
            "template: version:1:17: executing \"version\" at <.Nosuch>: can't evaluate field "
            "Nosuch in type "
            "system.versionInfo");
  EXPECT_EQ(printed([] { print_single({}, {{"A", 1}}, "json"); }).text, "{\"A\":1}\n");
}

}  // namespace
}  // namespace render
