// SPDX-License-Identifier: Apache-2.0
#include "render/rows.hpp"

#include <gtest/gtest.h>

#include "errors.hpp"

namespace render {
namespace {

/// Two rows with an ID that can be printed, and a list that cannot.
class TestRows final : public Rows {
 public:
  std::size_t count() const override { return 2; }

  std::optional<std::size_t> find_field(std::string_view name) const override {
    return name == "ID" ? std::optional<std::size_t>(0) : std::nullopt;
  }

  void print_field(std::size_t row, std::size_t, std::string& out) override {
    out += row == 0 ? "abc" : "def";
  }

  Json take(std::size_t row) override {
    ++taken;
    return {{"ID", row == 0 ? "abc" : "def"}, {"Mounts", {"/a", "/b"}}};
  }

  int taken = 0;
};

Listing listing(Style style) {
  return {.table = "{{.ID}}\\t{{.Mounts}}",
          .headers = {{"ID", "CONTAINER ID"}, {"Mounts", "MOUNTS"}},
          .type = "*formatter.ContainerContext",
          .name = "ps",
          .style = style};
}

std::string printed(Rows& rows, const std::string& format, Style style = Style::docker) {
  testing::internal::CaptureStdout();
  try {
    print_rows(listing(style), rows, format);
  } catch (const cli::ClientError& e) {
    return testing::internal::GetCapturedStdout() + e.message();
  }
  return testing::internal::GetCapturedStdout();
}

TEST(PrintRows, MakesNoRowForFieldsAlone) {
  TestRows rows;
  EXPECT_EQ(printed(rows, "{{.ID}}: {{- .ID}}"), "abc:abc\ndef:def\n");
  EXPECT_EQ(printed(rows, "table {{.ID}}"), "CONTAINER ID\nabc\ndef\n");
  EXPECT_EQ(printed(rows, "table {{.ID}}", Style::podman), "CONTAINER ID\nabc\ndef\n");
  EXPECT_EQ(printed(rows, "x {{.ID}}", Style::podman), "x abc\nx def\n");
  EXPECT_EQ(rows.taken, 0);
}

TEST(PrintRows, TakesRowsForWhatTheyCannotPrint) {
  for (const Style style : {Style::docker, Style::podman}) {
    TestRows rows;
    EXPECT_EQ(printed(rows, "{{.ID}} {{.Mounts}}", style), "abc [/a /b]\ndef [/a /b]\n");
    EXPECT_EQ(rows.taken, 2);
  }
}

TEST(PrintRows, TakesRowsForATemplateThatDoesMore) {
  for (const char* format : {"{{upper .ID}}",
                             "{{.ID | upper}}",
                             "{{if true}}{{upper .ID}}{{end}}",
                             "{{$x := upper .ID}}{{$x}}",
                             "{{with .ID}}{{upper .}}{{end}}"}) {
    TestRows rows;
    EXPECT_EQ(printed(rows, format), "ABC\nDEF\n") << format;
    EXPECT_EQ(printed(rows, format, Style::podman), "ABC\nDEF\n") << format;
  }
}

TEST(PrintRows, TellsWhatRowsDoNotHave) {
  TestRows rows;
  EXPECT_EQ(printed(rows, "{{.ID}} {{.Nosuch}}", Style::podman),
            "abc template: ps:1:21: executing \"ps\" at <.Nosuch>: can't evaluate field Nosuch in "
            "type *formatter.ContainerContext");
}

TEST(PrintRows, TakesWhatIsATemplateInPodmansRangeAlone) {
  TestRows rows;
  EXPECT_EQ(printed(rows, "{{end}}{{range .}}{{.ID}}", Style::podman), "abc\ndef\n");
}

}  // namespace
}  // namespace render
