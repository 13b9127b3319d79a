// SPDX-License-Identifier: Apache-2.0
// Every verb's declaration, and what is made from it: help, completions and manual pages stay in step.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "catalogue.hpp"
#include "commands/list.hpp"
#include "completion.hpp"
#include "help.hpp"
#include "manual.hpp"

namespace cli {
namespace {

class Declarations : public testing::TestWithParam<Dialect> {
 protected:
  Declarations() : verbs_(GetParam()) { register_all(verbs_); }

  Verbs verbs_;
};

FlagTable declared(const Verb& verb) {
  FlagTable table;
  if (verb.declare) verb.declare(table);
  return table;
}

bool completes(const Verbs& verbs, const Words& words, const std::string& wanted) {
  const auto found = complete(verbs, words).candidates;
  return std::any_of(
      found.begin(), found.end(), [&](const Candidate& c) { return c.word == wanted; });
}

Words split_words(const std::string& name) {
  return base::split(name, ' ');
}

TEST_P(Declarations, AreListedByAllTheirNames) {
  for (const auto& registration : registrations()) {
    const auto listed = base::split(std::string(registration.names), '|');
    Verbs own(GetParam());
    registration.add(own);
    for (const auto& verb : own.all()) {
      for (const auto& name : verb.names) {
        const bool is_listed = std::find(listed.begin(), listed.end(), name) != listed.end();
        EXPECT_TRUE(registration.names.empty() || is_listed) << name;
      }
    }
  }
}

TEST_P(Declarations, AreFoundWithoutTheOthers) {
  for (const auto& verb : verbs_.all()) {
    for (const auto& name : verb.names) {
      Verbs few(GetParam());
      register_verbs(few, split_words(name + " --flag"));
      const auto found = find_command(few, split_words(name + " --flag"));
      ASSERT_TRUE(found.verb) << name;
      EXPECT_EQ(found.verb->names, verb.names);
      EXPECT_EQ(found.command, find_command(verbs_, split_words(name)).command);
    }
  }
}

TEST_P(Declarations, NameEachVerbOnce) {
  std::set<std::string> names;
  for (const auto& verb : verbs_.all()) {
    EXPECT_FALSE(verb.names.empty());
    EXPECT_FALSE(verb.summary.empty()) << verb.names[0];
    EXPECT_FALSE(verb.summary.ends_with('.')) << verb.names[0];
    EXPECT_TRUE(verb.act) << verb.names[0];
    for (const auto& name : verb.names) EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST_P(Declarations, DescribeEachFlag) {
  for (const auto& verb : verbs_.all()) {
    const auto table = declared(verb);
    std::string letters;
    for (const auto& flag : table.flags()) letters += flag.letters;
    EXPECT_EQ(std::set<char>(letters.begin(), letters.end()).size(), letters.size())
        << verb.names[0];
    for (const auto& flag : table.texts()) {
      EXPECT_FALSE(flag.description.empty()) << verb.names[0] << " --" << flag.name;
    }
  }
}

TEST_P(Declarations, AppearInHelpCompletionsAndManual) {
  const auto pages = manual_pages(verbs_);
  for (const auto& verb : verbs_.all()) {
    if (verb.group == Group::hidden) continue;
    const auto table = declared(verb);
    const Speech speech{
        .dialect = GetParam(), .program = "berth", .command = verb.names[0], .usage = verb.usage};
    const std::string help = verb_help(speech, verb, table);
    std::string page_name = "berth-" + verb.names[0] + ".1";
    std::replace(page_name.begin(), page_name.end(), ' ', '-');
    ASSERT_TRUE(pages.contains(page_name)) << page_name;
    EXPECT_NE(help.find(summary_of(GetParam(), verb, verb.names[0])), std::string::npos);
    for (const auto& name : verb.names) {
      auto words = split_words(name);
      EXPECT_EQ(find_command(verbs_, words).verb, &verb) << name;
      words.push_back("--");
      for (const auto& flag : table.texts()) {
        EXPECT_NE(help.find("--" + flag.name), std::string::npos) << name << " --" << flag.name;
        EXPECT_TRUE(completes(verbs_, words, "--" + flag.name)) << name << " --" << flag.name;
      }
    }
    auto group = split_words(verb.names[0]);
    const std::string last = group.back();
    group.back() = "";
    EXPECT_TRUE(completes(verbs_, group, last)) << verb.names[0];
  }
}

INSTANTIATE_TEST_SUITE_P(Dialects, Declarations, testing::Values(Dialect::docker, Dialect::podman));

void fill(Verbs& verbs) {
  verbs.add({.names = {"run", "container run"},
             .usage = "IMAGE",
             .summary = "Run",
             .completes = Completes::images,
             .interspersed = false,
             .declare = [](FlagTable& table) {
               static std::string name;
               table.add_option("-n,--name", name, "Name");
             }});
  verbs.add({.names = {"rm"},
             .usage = "CONTAINER",
             .summary = "Remove",
             .completes = Completes::containers});
  verbs.add({.names = {"rename"},
             .usage = "OLD NEW",
             .summary = "Rename",
             .arity = {2, 2},
             .completes = Completes::containers});
}

TEST(Complete, OffersNothingThatWouldBeWrong) {
  Verbs verbs;
  fill(verbs);
  EXPECT_TRUE(complete(verbs, {}).candidates.empty());
  EXPECT_TRUE(complete(verbs, {"nosuch", ""}).candidates.empty());
  EXPECT_TRUE(complete(verbs, {"rm", "--nosuch", "-"}).candidates.empty());
  EXPECT_EQ(complete(verbs, {"run", "alpine", ""}).names, Completes::nothing);
  EXPECT_TRUE(complete(verbs, {"run", "alpine", "-"}).candidates.empty());
  EXPECT_EQ(complete(verbs, {"rename", "a", "b", ""}).names, Completes::nothing);
}

TEST(Complete, OffersCommandsFlagsAndNames) {
  Verbs verbs;
  fill(verbs);
  EXPECT_TRUE(completes(verbs, {""}, "rm"));
  EXPECT_TRUE(completes(verbs, {"-D", ""}, "container"));
  EXPECT_TRUE(completes(verbs, {"container", ""}, "run"));
  EXPECT_TRUE(completes(verbs, {"-"}, "--root"));
  EXPECT_EQ(complete(verbs, {"--root", ""}).names, Completes::files);
  EXPECT_EQ(complete(verbs, {"run", ""}).names, Completes::images);
  EXPECT_EQ(complete(verbs, {"run", "--name", ""}).names, Completes::files);
  EXPECT_EQ(complete(verbs, {"run", "--name=x", ""}).names, Completes::images);
  EXPECT_EQ(complete(verbs, {"rm", "a", ""}).names, Completes::containers);
}

TEST(Scripts, AskForTheirProgram) {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    const auto script = completion_script(shell, "docker");
    EXPECT_NE(script.find("__complete "), std::string::npos);
    EXPECT_NE(script.find("docker"), std::string::npos);
    EXPECT_EQ(script.find("berth"), std::string::npos);
  }
  EXPECT_THROW(completion_script("tcsh", "docker"), ClientError);
}

}  // namespace
}  // namespace cli
