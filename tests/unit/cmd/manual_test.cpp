// SPDX-License-Identifier: Apache-2.0
#include "manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "commands/list.hpp"
#include "globals.hpp"

namespace cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string page_of(const Verb& verb) {
  Verbs verbs;
  verbs.add(verb);
  return manual_pages(verbs).at("berth-try.1");
}

TEST(MainPage, HasItsSectionsInOrder) {
  const auto page = manual_pages(Verbs()).at("berth.1");
  std::vector<std::string> sections;
  for (const auto& line : base::split(page, '\n')) {
    if (line.starts_with(".SH ")) sections.push_back(line.substr(4));
  }
  EXPECT_THAT(sections,
              testing::ElementsAre("NAME",
                                   "SYNOPSIS",
                                   "DESCRIPTION",
                                   "OPTIONS",
                                   "COMMANDS",
                                   "FILES",
                                   "ENVIRONMENT",
                                   "EXIT STATUS",
                                   "EXAMPLES",
                                   "SEE ALSO"));
}

TEST(MainPage, HasWhatIsDeclaredInEachPlaceOfItsProse) {
  Verbs verbs;
  register_all(verbs);
  const auto page = manual_pages(verbs).at("berth.1");
  EXPECT_THAT(page, Not(HasSubstr("@")));
  EXPECT_THAT(page, HasSubstr("\\fB\\-\\-runroot\\fR \\fIstring\\fR\n"));
  EXPECT_THAT(page, HasSubstr("\\fBberth\\-image\\-prune\\fR(1)\nRemove unused images\n"));
  EXPECT_THAT(page, Not(HasSubstr("__complete")));
}

TEST(VerbPage, TakesNothingOfItsTextForTroffs) {
  const auto page = page_of({.names = {"try"},
                             .usage = "WORD",
                             .summary = "Try",
                             .details = ".dots \\ and 'quotes' of ~/.x^`y`:\n.again"});
  EXPECT_THAT(page,
              HasSubstr(".PP\n\\&.dots \\e and \\(aqquotes\\(aq of \\(ti/.x\\(ha\\(gay\\(ga:\n"
                        "\\&.again\n"));
}

TEST(VerbPage, SetsExamplesApart) {
  const auto page =
      page_of({.names = {"try"},
               .usage = "WORD",
               .summary = "Try",
               .details = "One.\n\nTwo:\n\n    berth try\n    berth try -f\n\nEnd.\n"});
  EXPECT_THAT(
      page,
      HasSubstr("Try.\n.PP\nOne.\n.PP\nTwo:\n.PP\n.RS\n.nf\nberth try\nberth try \\-f\n.fi\n"
                ".RE\n.PP\nEnd.\n.SH"));
}

}  // namespace
}  // namespace cli
