// SPDX-License-Identifier: Apache-2.0
#include "container/logs.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "container/monitor_frames.hpp"
#include "tests/unit/container/monitor_fixture.hpp"

namespace container {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;

TEST(ParseLogLine, RefusesWhatNoLogDriverWrites) {
  for (const char* line : {"",
                           "{",
                           "[]",
                           "{}",
                           R"({"log":1,"stream":"stdout","time":"2026-01-02T03:04:05Z"})",
                           R"({"log":"x","stream":"stdin","time":"2026-01-02T03:04:05Z"})",
                           R"({"log":"x","stream":"stdout","time":"yesterday"})",
                           R"({"log":"x","stream":"stdout"})"}) {
    EXPECT_FALSE(parse_log_line(line, LogDriver::json_file)) << line;
  }
  for (const char* line : {"",
                           "2026-01-02T03:04:05Z",
                           "2026-01-02T03:04:05Z stdout",
                           "2026-01-02T03:04:05Z stdout X text",
                           "2026-01-02T03:04:05Z stdio F text",
                           "now stdout F text"}) {
    EXPECT_FALSE(parse_log_line(line, LogDriver::k8s_file)) << line;
  }
}

TEST(ParseLogLine, ReadsBothFormats) {
  const auto json = parse_log_line(
      R"({"log":"a\n","stream":"stderr","time":"1970-01-01T00:00:01.5Z"})", LogDriver::json_file);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->text, "a\n");
  EXPECT_EQ(json->stream, LogStream::err);
  EXPECT_EQ(json->time.time_since_epoch().count(), 1'500'000'000);
  EXPECT_EQ(parse_log_line("1970-01-01T00:00:01Z stdout F a b", LogDriver::k8s_file)->text,
            "a b\n");
  EXPECT_EQ(parse_log_line("1970-01-01T00:00:01Z stdout P ", LogDriver::k8s_file)->text, "");
}

/// Logs written by the test.
class LogsTest : public ::testing::Test {
 protected:
  static base::Moment second(int n) { return base::Moment(std::chrono::seconds(n)); }

  static std::string line(int n) {
    return "{\"log\":\"line " + std::to_string(n) + "\\n\",\"stream\":\"" +
           (n % 2 ? "stdout" : "stderr") + "\",\"time\":\"" + base::rfc3339(second(n)) + "\"}\n";
  }

  static std::string lines(int first, int last) {
    std::string text;
    for (int n = first; n <= last; ++n) text += line(n);
    return text;
  }

  void write(const std::string& suffix, const std::string& text) const {
    base::write_file(source_.path + suffix, text);
  }

  std::string read(const LogRequest& request) const {
    std::string all;
    read_logs(source_, request, [&](LogStream, std::string_view text) { all += text; });
    return all;
  }

  base::TempDir directory_{"/tmp", "berth-logs-test"};
  LogSource source_{.path = directory_.path() + "/log", .run_directory = directory_.path()};
};

TEST_F(LogsTest, RefusesDriversThatKeepNone) {
  source_.driver = LogDriver::none;
  try {
    read({});
    FAIL() << "read";
  } catch (const base::Error& e) {
    EXPECT_EQ(e.message(), "configured logging driver does not support reading");
  }
}

TEST_F(LogsTest, HasNothingWithoutAFile) {
  EXPECT_EQ(read({}), "");
  EXPECT_EQ(read({.follow = true}), "");
}

TEST_F(LogsTest, PassesOverMalformedAndTornLines) {
  write("",
        "nonsense\n" + line(1) + "{\"log\":\n" + std::string(3'000'000, 'x') + "\n" + line(2) +
            line(3).substr(0, 20));
  EXPECT_EQ(read({}), "line 1\nline 2\n");
}

TEST_F(LogsTest, ReadsRotatedFilesOldestFirst) {
  write(".2", lines(1, 2));
  write(".1", lines(3, 4));
  write("", lines(5, 6));
  EXPECT_EQ(read({}), "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\n");
}

TEST_F(LogsTest, GivesTheLastLinesOfAllFiles) {
  write(".2", lines(1, 2));
  write(".1", lines(3, 4));
  write("", lines(5, 6));
  EXPECT_EQ(read({.tail = 0}), "");
  EXPECT_EQ(read({.tail = 1}), "line 6\n");
  EXPECT_EQ(read({.tail = 2}), "line 5\nline 6\n");
  EXPECT_EQ(read({.tail = 3}), "line 4\nline 5\nline 6\n");
  EXPECT_EQ(read({.tail = 6}), read({}));
  EXPECT_EQ(read({.tail = 99}), read({}));
}

TEST_F(LogsTest, FindsTheLastLinesOfALongFile) {
  write("", lines(1, 50'000));
  EXPECT_EQ(read({.tail = 2}), "line 49999\nline 50000\n");
  const std::string many = read({.tail = 20'000});
  EXPECT_EQ(many.substr(0, 11), "line 30001\n");
  EXPECT_EQ(std::count(many.begin(), many.end(), '\n'), 20'000);
}

TEST_F(LogsTest, KeepsWithinSinceAndUntil) {
  write("", lines(1, 9));
  EXPECT_EQ(read({.since = second(8)}), "line 8\nline 9\n");
  EXPECT_EQ(read({.until = second(2)}), "line 1\nline 2\n");
  EXPECT_EQ(read({.since = second(4), .until = second(5)}), "line 4\nline 5\n");
}

TEST_F(LogsTest, PutsTimeAndDetailsInFrontOfLinesButNotOfTheirPieces) {
  write("",
        R"({"log":"long ","stream":"stdout","time":"1970-01-01T00:00:01Z"})"
        "\n"
        R"({"log":"line\n","stream":"stdout","time":"1970-01-01T00:00:01Z"})"
        "\n" +
            line(3));
  EXPECT_EQ(read({.timestamps = true}),
            "1970-01-01T00:00:01.000000000Z long line\n1970-01-01T00:00:03.000000000Z line 3\n");
  EXPECT_EQ(read({.details = true}), " long line\n line 3\n");
  EXPECT_EQ(read({.timestamps = true, .details = true}),
            "1970-01-01T00:00:01.000000000Z  long line\n1970-01-01T00:00:03.000000000Z  line 3\n");
}

TEST_F(LogsTest, TellsTheStreamsApart) {
  write("", lines(1, 2));
  std::vector<LogStream> streams;
  read_logs(source_, {}, [&](LogStream stream, std::string_view) { streams.push_back(stream); });
  EXPECT_THAT(streams, ElementsAre(LogStream::out, LogStream::err));
}

/// Logs written by a monitor.
class MonitorLogsTest : public MonitorTest {
 protected:
  static void run(TestContainer& container) {
    auto client = container.start();
    ASSERT_TRUE(starts(client));
    client.wait_exit();
  }

  static std::vector<std::string> file_lines(const std::string& path) {
    std::vector<std::string> all;
    LogFileReader reader(base::open_file(path, O_RDONLY));
    while (const auto line = reader.next_line()) all.emplace_back(*line);
    return all;
  }

  static LogSource source_of(const TestContainer& container,
                             LogDriver driver = LogDriver::json_file) {
    return {driver, container.path("log"), container.plan_directory(), {}};
  }

  static std::string read(const LogSource& source, const LogRequest& request) {
    std::string all;
    read_logs(source, request, [&](LogStream, std::string_view text) { all += text; });
    return all;
  }
};

constexpr const char* kLocalTime =
    R"([0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+\.[0-9]+[+-][0-9]+:[0-9]+)";
constexpr const char* kTime = R"([0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+(\.[0-9]+)?Z)";

TEST_F(MonitorLogsTest, WritesDockersJson) {
  TestContainer container(
      R"(printf 'a "q" \\ <&> \t\r\n'; printf '\303\244\342\200\250\377\303(\n'; printf end)");
  run(container);
  const auto lines = file_lines(container.path("log"));
  ASSERT_EQ(lines.size(), 3U);
  const auto text = [](const std::string& line) {
    return line.substr(0, line.find("\",\"stream\""));
  };
  EXPECT_EQ(text(lines[0]), R"({"log":"a \"q\" \\ \u003c\u0026\u003e \u0009\r\n)");
  EXPECT_EQ(text(lines[1]), "{\"log\":\"\303\244\\u2028\\ufffd\\ufffd(\\n");
  EXPECT_EQ(text(lines[2]), R"({"log":"end)");
  EXPECT_THAT(
      lines[2],
      MatchesRegex(std::string(R"(\{"log":"end","stream":"stdout","time":")") + kTime + R"("\})"));
}

TEST_F(MonitorLogsTest, WritesTheLinesOfKubernetes) {
  TestContainer container("echo one; echo two >&2; printf three");
  container.plan.log.driver = LogDriver::k8s_file;
  run(container);
  auto lines = file_lines(container.path("log"));
  std::sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) {
    return a.substr(36) < b.substr(36);
  });
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], MatchesRegex(std::string(kLocalTime) + " stderr F two"));
  EXPECT_THAT(lines[1], MatchesRegex(std::string(kLocalTime) + " stdout F one"));
  EXPECT_THAT(lines[2], MatchesRegex(std::string(kLocalTime) + " stdout P three"));
}

TEST_F(MonitorLogsTest, CutsLongLinesBetweenCharacters) {
  TestContainer container("printf x; yes '\303\244' | head -n 10000 | busybox tr -d '\\n'; echo");
  run(container);
  const auto lines = file_lines(container.path("log"));
  ASSERT_EQ(lines.size(), 2U);
  for (const auto& line : lines) EXPECT_EQ(line.find("ufffd"), std::string::npos);
  std::string expected = "x";
  for (int i = 0; i < 10000; ++i) expected += "\303\244";
  EXPECT_EQ(read(source_of(container), {}), expected + "\n");
}

TEST_F(MonitorLogsTest, ContinuesAFileThatEndsWithinALine) {
  TestContainer container("echo next");
  base::write_file(container.path("log"), R"({"log":"torn)");
  run(container);
  EXPECT_EQ(read(source_of(container), {}), "next\n");
}

TEST_F(MonitorLogsTest, RotatesWithoutLosingOrCuttingLines) {
  TestContainer container("seq 1 20000");
  container.plan.log.max_size = 50'000;
  container.plan.log.max_files = 1000;
  run(container);
  EXPECT_TRUE(base::exists(container.path("log.9")));
  std::string expected;
  for (int i = 1; i <= 20000; ++i) expected += std::to_string(i) + "\n";
  EXPECT_EQ(read(source_of(container), {}), expected);
  EXPECT_LT(base::find_stat(container.path("log.1"))->st_size, 51'000);
}

TEST_F(MonitorLogsTest, KeepsOnlySoManyFiles) {
  for (const int files : {1, 3}) {
    TestContainer container("seq 1 20000");
    container.plan.log.max_size = 50'000;
    container.plan.log.max_files = files;
    run(container);
    EXPECT_TRUE(base::exists(container.path("log")));
    EXPECT_EQ(base::exists(container.path("log.2")), files == 3);
    EXPECT_FALSE(base::exists(container.path("log.3")));
    EXPECT_EQ(read(source_of(container), {.tail = 1}), "20000\n");
  }
}

TEST_F(MonitorLogsTest, FollowsAcrossRotationsUnderLoadToTheEnd) {
  TestContainer container("read go; seq 1 30000; exit 5");
  container.plan.open_stdin = true;
  container.plan.attached = {.in = true};
  container.plan.log.max_size = 30'000;
  container.plan.log.max_files = 10'000;
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  auto source = source_of(container);
  source.monitor = read_running(container.plan_directory()).value().monitor;
  auto out = base::make_pipe();
  Forked follower([&] {
    out.read.reset();
    base::write_full(out.write.get(), "following\n");
    read_logs(source, {.follow = true}, [&](LogStream, std::string_view text) {
      base::write_full(out.write.get(), text);
    });
    return 0;
  });
  out.write.reset();
  char greeting[10];
  ASSERT_EQ(base::read_full(out.read.get(), greeting, sizeof greeting), sizeof greeting);
  send_frame(client.socket(), protocol::FrameKind::input, "go\n");
  std::string expected;
  for (int i = 1; i <= 30'000; ++i) expected += std::to_string(i) + "\n";
  const std::string followed = base::read_rest(out.read.get());
  const auto at =
      std::mismatch(expected.begin(), expected.end(), followed.begin(), followed.end()).first -
      expected.begin();
  EXPECT_TRUE(followed == expected)
      << followed.size() << " of " << expected.size() << " bytes, differs at " << at << ": "
      << followed.substr(std::max<std::ptrdiff_t>(at - 20, 0), 60);
  EXPECT_EQ(follower.wait(), 0);
}

TEST_F(MonitorLogsTest, FollowingEndsWhenTheMonitorIsKilled) {
  TestContainer container("echo one; sleep 1000");
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  auto source = source_of(container);
  source.monitor = read_running(container.plan_directory()).value().monitor;
  std::string all;
  read_logs(source, {.follow = true}, [&](LogStream, std::string_view text) {
    all += text;
    source.monitor.signal(SIGKILL);
  });
  EXPECT_EQ(all, "one\n");
}

TEST_F(MonitorLogsTest, FollowingEndsWhenUntilIsPast) {
  TestContainer container("echo one; sleep 1000");
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  auto source = source_of(container);
  source.monitor = read_running(container.plan_directory()).value().monitor;
  EXPECT_EQ(read(source, {.until = base::now() + std::chrono::milliseconds(300), .follow = true}),
            "one\n");
}

}  // namespace
}  // namespace container
