// SPDX-License-Identifier: Apache-2.0
// A program of a few verbs, driven from argv to exit code.
#include "program.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "session.hpp"

namespace cli {
namespace {

struct Ran {
  int code = 0;
  std::string out, err;
};

/// What the verbs of the tests were given.
struct Seen {
  Words words;
  std::string name;
  bool flag = false;
};

Seen seen;

int act(const std::string& what) {
  if (what == "lib") base::fail(base::Kind::not_found, "No such container: x");
  if (what == "missing")
    base::fail(base::Kind::command_missing, "exec: \"x\": executable file not found in $PATH");
  if (what == "invalid") base::fail(base::Kind::command_invalid, "exec: \"/\": permission denied");
  if (what == "client") client_fail("invalid reference format");
  if (what == "bare") throw ClientError("stdin is not a terminal", 0, ClientError::Form::bare);
  if (what == "code") throw ClientError("bad template", 64);
  if (what == "interrupt") throw base::Interrupted(15);
  if (what == "bug") throw std::runtime_error("oops");
  if (what == "escape") base::fail(base::Kind::io, "open \x1b[31mred: no");
  return what == "exit" ? 42 : 0;
}

Verb verb(Words names,
          Arity arity,
          std::string usage,
          ErrorStyle style = ErrorStyle::engine,
          bool interspersed = true) {
  return {
      .names = std::move(names),
      .usage = std::move(usage),
      .summary = "Do a thing",
      .arity = arity,
      .interspersed = interspersed,
      .errors = style,
      .needs_user_namespace = false,
      .declare =
          [](FlagTable& table) {
            table.add_option("-n,--name", seen.name, "A name");
            table.add_flag("-f,--flag", seen.flag, "A flag");
          },
      .act =
          [](Session&, const Words& words) {
            seen.words = words;
            return act(words.empty() ? "" : words[0]);
          },
  };
}

void fill(Verbs& verbs) {
  verbs.add(verb({"run", "container run"},
                 {1, -1},
                 "[OPTIONS] IMAGE [COMMAND] [ARG...]",
                 ErrorStyle::run,
                 false));
  verbs.add(
      verb({"exec", "container exec"}, {1, -1}, "[OPTIONS] CONTAINER", ErrorStyle::exec, false));
  verbs.add(verb({"ps", "container ls", "container list", "container ps"}, {0, 0}, "[OPTIONS]"));
  verbs.add(verb({"tag", "image tag"}, {2, 2}, "SOURCE TARGET"));
  verbs.add(verb({"cp"}, {2, 2}, "[OPTIONS] CONTAINER:SRC DEST|-\n[OPTIONS] SRC|- CONTAINER:DEST"));
  verbs.add(verb({"volume create"}, {0, 1}, "[OPTIONS] [VOLUME]"));
  verbs.add(verb({"rm"}, {1, -1}, "[OPTIONS] CONTAINER [CONTAINER...]"));
  verbs.add({.names = {"each"},
             .usage = "NAME...",
             .summary = "Act on each",
             .needs_user_namespace = false,
             .act = [](Session& session, const Words& words) {
               return for_each(session, words, [](const std::string& name) { act(name); });
             }});
}

Ran run(const std::string& program, Words words) {
  seen = {};
  // Of its own, so that the machine's store plays no part.
  words.insert(words.begin(), {"--root", "/nonexistent", "--runroot", "/nonexistent"});
  Ran ran;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  ran.code = run_program(program, words, [](Verbs& verbs, const Words&) { fill(verbs); });
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

void expect(const Ran& ran, int code, const std::string& err) {
  EXPECT_EQ(ran.code, code);
  EXPECT_EQ(ran.err, err);
}

TEST(Docker, TellsUnknownCommands) {
  expect(run("docker", {"nosuch"}),
         1,
         "docker: unknown command: docker nosuch\n\nRun 'docker --help' for more information\n");
  expect(run("docker", {"container", "nosuch"}),
         1,
         "docker: unknown command: docker container nosuch\n\nUsage:  docker container\n\n"
         "Run 'docker container --help' for more information\n");
  expect(run("berth", {"nosuch"}),
         1,
         "berth: unknown command: berth nosuch\n\nRun 'berth --help' for more information\n");
  expect(run("docker", {"rn"}),
         1,
         "docker: unknown command: docker rn\n\nDid you mean this?\n\trm\n\trun\n\tcp\n\tps\n\n"
         "Run 'docker --help' for more information\n");
}

TEST(Docker, TellsUnknownFlags) {
  expect(run("docker", {"--nosuch"}),
         125,
         "unknown flag: --nosuch\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker "
         "--help' for more information\n");
  expect(run("docker", {"container", "ls", "-x"}),
         125,
         "unknown shorthand flag: 'x' in -x\n\nUsage:  docker container ls [OPTIONS]\n\n"
         "Run 'docker container ls --help' for more information\n");
}

TEST(Docker, TellsAnAliasByItsNameInTheGroup) {
  expect(run("docker", {"container", "list", "x"}),
         1,
         "docker: 'docker container ls' accepts no arguments\n\nUsage:  docker container ls "
         "[OPTIONS]\n\n"
         "Run 'docker container ls --help' for more information\n");
}

TEST(Docker, TellsWrongNumbersOfWords) {
  expect(run("docker", {"run", "-f"}),
         1,
         "docker: 'docker run' requires at least 1 argument\n\nUsage:  docker run [OPTIONS] IMAGE "
         "[COMMAND] [ARG...]\n\n"
         "See 'docker run --help' for more information\n");
  expect(run("docker", {"tag", "one"}),
         1,
         "docker: 'docker tag' requires 2 arguments\n\nUsage:  docker tag SOURCE TARGET\n\n"
         "Run 'docker tag --help' for more information\n");
  expect(run("docker", {"volume", "create", "a", "b"}),
         1,
         "docker: 'docker volume create' requires at most 1 argument\n\nUsage:  docker volume "
         "create [OPTIONS] [VOLUME]\n\n"
         "Run 'docker volume create --help' for more information\n");
  expect(run("docker", {"cp"}),
         1,
         "docker: 'docker cp' requires 2 arguments\n\nUsage:  docker cp [OPTIONS] CONTAINER:SRC "
         "DEST|-\n"
         "\tdocker cp [OPTIONS] SRC|- CONTAINER:DEST\n\nRun 'docker cp --help' for more "
         "information\n");
}

TEST(Docker, TellsErrorsByVerb) {
  const std::string hint = "\n\nRun 'docker run --help' for more information\n";
  expect(run("docker", {"rm", "lib"}), 1, "Error response from daemon: No such container: x\n");
  expect(run("docker", {"rm", "client"}), 1, "invalid reference format\n");
  expect(run("docker", {"rm", "code"}), 64, "bad template\n");
  expect(run("docker", {"run", "lib"}),
         125,
         "docker: Error response from daemon: No such container: x" + hint);
  expect(run("docker", {"run", "client"}), 125, "docker: invalid reference format" + hint);
  expect(run("docker", {"run", "bare"}), 1, "stdin is not a terminal\n");
  expect(
      run("docker", {"run", "missing"}),
      127,
      "docker: Error response from daemon: exec: \"x\": executable file not found in $PATH" + hint);
  EXPECT_EQ(run("docker", {"run", "invalid"}).code, 126);
  EXPECT_EQ(run("docker", {"rm", "missing"}).code, 1);
  expect(run("docker", {"exec", "missing"}),
         127,
         "Error response from daemon: exec: \"x\": executable file not found in $PATH\n");
}

TEST(Docker, TellsEachFailedTargetAndGoesOn) {
  const auto ran = run("docker", {"each", "lib", "fine", "client", "fine"});
  expect(ran, 1, "Error response from daemon: No such container: x\ninvalid reference format\n");
  EXPECT_EQ(run("docker", {"each", "fine"}).code, 0);
}

TEST(Docker, EndsWithTheSignalThatInterruptedIt) {
  expect(run("docker", {"rm", "interrupt"}), 143, "");
}

TEST(Docker, TellsItsOwnFaults) {
  expect(run("docker", {"rm", "bug"}), 1, "Error response from daemon: internal error: oops\n");
}

TEST(Docker, KeepsControlCharactersFromTheTerminal) {
  expect(run("docker", {"rm", "escape"}), 1, "Error response from daemon: open \\x1b[31mred: no\n");
}

TEST(Docker, HandsWordsOnUntouched) {
  EXPECT_EQ(run("docker", {"run", "-n=a", "exit", "-n", "b", "[ -e /etc ]", "--help"}).code, 42);
  EXPECT_EQ(seen.words, (Words{"exit", "-n", "b", "[ -e /etc ]", "--help"}));
  EXPECT_EQ(seen.name, "a");
  EXPECT_EQ(run("docker", {"rm", "one", "-f", "two"}).code, 0);
  EXPECT_EQ(seen.words, (Words{"one", "two"}));
  EXPECT_TRUE(seen.flag);
}

TEST(Docker, ShowsHelp) {
  const auto ps = run("docker", {"ps", "--help"});
  EXPECT_EQ(ps.code, 0);
  EXPECT_EQ(
      ps.out,
      "Usage:  docker ps [OPTIONS]\n\nDo a thing\n\nAliases:\n"
      "  docker container ls, docker container list, docker container ps, docker ps\n\nOptions:\n"
      "  -f, --flag          A flag\n  -n, --name string   A name\n");
  EXPECT_EQ(run("docker", {"rm", "-h"}).err, "Flag shorthand -h has been deprecated, use --help\n");
  const auto group = run("docker", {"container"});
  EXPECT_EQ(group.code, 0);
  EXPECT_EQ(group.err,
            "Usage:  docker container COMMAND\n\nManage containers\n\nCommands:\n  exec        Do "
            "a thing\n"
            "  ls          Do a thing\n  run         Do a thing\n\n"
            "Run 'docker container COMMAND --help' for more information on a command.\n");
  EXPECT_EQ(run("docker", {"container", "--help"}).out, group.err);
  const auto all = run("docker", {});
  EXPECT_EQ(all.code, 0);
  EXPECT_TRUE(all.err.starts_with(
      "Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n"));
  EXPECT_EQ(run("docker", {"nosuch", "--help"}).out, all.err);
}

TEST(Docker, ChecksGlobalOptions) {
  expect(
      run("docker", {"--log-level", "nosuch", "ps"}), 1, "Unable to parse logging level: nosuch\n");
  EXPECT_EQ(run("docker", {"-H", "tcp://far:1", "ps"}).code, 125);
  EXPECT_EQ(run("docker", {"-H", "unix:///var/run/docker.sock", "ps"}).code, 0);
  EXPECT_EQ(run("docker", {"--context=default", "--storage-driver", "overlay", "ps"}).code, 0);
  EXPECT_EQ(run("docker", {"--storage-driver", "zfs", "ps"}).code, 125);
}

TEST(Docker, SaysItsVersion) {
  EXPECT_TRUE(run("docker", {"-v"}).out.starts_with("Docker version "));
  EXPECT_TRUE(run("berth", {"--version"}).out.starts_with("berth version "));
  EXPECT_TRUE(run("podman", {"--version"}).out.starts_with("podman version "));
}

TEST(Podman, TellsErrorsInItsOwnWords) {
  expect(run("podman", {"nosuch"}),
         125,
         "Error: unrecognized command `podman nosuch`\nTry 'podman --help' for more information\n");
  expect(run("podman", {"--nosuch"}), 125, "Error: unknown flag: --nosuch\nSee 'podman --help'\n");
  expect(run("podman", {"run", "-x"}),
         125,
         "Error: unknown shorthand flag: 'x' in -x\nSee 'podman run --help'\n");
  expect(run("podman", {"ps", "x"}), 125, "Error: `podman ps` takes no arguments\n");
  expect(run("podman", {"run"}), 125, "Error: requires at least 1 arg(s), only received 0\n");
  expect(run("podman", {"cp"}), 125, "Error: accepts 2 arg(s), received 0\n");
  expect(run("podman", {"rm", "lib"}),
         125,
         "Error: no container with name or ID \"x\" found: no such container\n");
  expect(run("podman", {"each", "lib"}),
         125,
         "Error: no container with name or ID \"x\" found: no such container\n");
  EXPECT_EQ(run("podman", {"run", "missing"}).code, 127);
  EXPECT_EQ(run("podman", {"exec", "invalid"}).code, 126);
}

TEST(Podman, MissesACommandInAGroup) {
  const auto ran = run("podman", {"container"});
  expect(ran, 125, "Error: missing command 'podman container COMMAND'\n");
  EXPECT_TRUE(ran.out.starts_with("Manage containers\n\nDescription:\n"));
}

TEST(Podman, TakesGlobalFlagsBehindTheVerb) {
  EXPECT_EQ(run("podman", {"rm", "fine", "--root", "/other", "--log-level=debug"}).code, 0);
  EXPECT_EQ(run("docker", {"rm", "fine", "--log-level=debug"}).code, 125);
  // Of one name, the verb's flag is meant.
  EXPECT_EQ(run("podman", {"rm", "fine", "--name=x"}).code, 0);
  EXPECT_EQ(seen.name, "x");
}

TEST(Podman, RefusesWhatIsNotSupportedYet) {
  expect(run("podman", {"--url", "x", "ps"}),
         125,
         "Error: --url x is not supported yet\nSee 'podman --help'\n");
  EXPECT_EQ(
      run("podman", {"--conmon", "/x", "--tmpdir", "/y", "--network-config-dir", "/z", "ps"}).code,
      0);
  EXPECT_EQ(run("podman", {"--hooks-dir", "/nonexistent", "ps"}).code, 0);
}

}  // namespace
}  // namespace cli
