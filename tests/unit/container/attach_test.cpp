// SPDX-License-Identifier: Apache-2.0
#include "container/attach.hpp"

#include <pty.h>
#include <sys/ioctl.h>
#include <utmp.h>

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "tests/unit/container/monitor_fixture.hpp"

namespace container {
namespace {

using ::testing::HasSubstr;

constexpr Streams kAll{.in = true, .out = true, .err = true};
constexpr Streams kOutputs{.out = true, .err = true};

/// A process that attaches with pipes (or a terminal) as its standard streams.
struct Attached {
  base::UniqueFd in, out, err;  ///< our ends
  std::unique_ptr<Forked> process;

  /// What comes on an output, to its end.
  static std::string rest(const base::UniqueFd& fd) { return base::read_rest(fd.get()); }
};

constexpr int kDetached = 77;

int attach_and_exit(MonitorClient& client, const Streams& streams, bool tty = false) {
  const auto exit = client.attach(streams, tty, parse_detach_keys("ctrl-p,ctrl-q"), nullptr);
  return exit ? exit->code : kDetached;
}

Attached run_with_pipes(const std::function<int()>& act) {
  auto in = base::make_pipe(), out = base::make_pipe(), err = base::make_pipe();
  Attached attached{std::move(in.write), std::move(out.read), std::move(err.read), nullptr};
  attached.process = std::make_unique<Forked>([&] {
    ::dup2(in.read.get(), 0);
    ::dup2(out.write.get(), 1);
    ::dup2(err.write.get(), 2);
    attached.in.reset();
    attached.out.reset();
    attached.err.reset();
    in.read.reset();
    out.write.reset();
    err.write.reset();
    return act();
  });
  return attached;
}

/// Starts the container in a process of its own and attaches there.
Attached start_attached(TestContainer& container, const Streams& streams) {
  container.plan.open_stdin = streams.in;
  container.plan.attached = streams;
  return run_with_pipes([&container, streams] {
    auto client = container.start();
    if (const auto failure = client.wait_started())
      base::fail(base::Kind::io, "{}", failure->message);
    return attach_and_exit(client, streams);
  });
}

Attached attach_later(const TestContainer& container, const Streams& streams) {
  return run_with_pipes([&container, streams] {
    auto client = connect_monitor(container.plan_directory()).value();
    return attach_and_exit(client, streams);
  });
}

/// Reads from a descriptor until `text` has come; gives all that came.
std::string read_until(const base::UniqueFd& fd, const std::string& text) {
  std::string all;
  while (all.find(text) == std::string::npos) {
    pollfd polled{fd.get(), POLLIN, 0};
    char buffer[4096];
    const ssize_t n = ::poll(&polled, 1, 30'000) > 0 ? ::read(fd.get(), buffer, sizeof buffer) : 0;
    if (n <= 0) {
      ADD_FAILURE() << text << " did not come after " << all;
      return all;
    }
    all.append(buffer, static_cast<std::size_t>(n));
  }
  return all;
}

std::string numbered_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 2654435761U) >> 13);
  return bytes;
}

class AttachTest : public MonitorTest {};

TEST_F(AttachTest, KeepsTheStreamsApartAndGivesTheExit) {
  TestContainer container("echo to out; echo to err >&2; exit 6");
  auto attached = start_attached(container, kOutputs);
  EXPECT_EQ(Attached::rest(attached.out), "to out\n");
  EXPECT_EQ(Attached::rest(attached.err), "to err\n");
  EXPECT_EQ(attached.process->wait(), 6);
}

TEST_F(AttachTest, GivesOnlyTheStreamsAskedFor) {
  TestContainer container("echo to out; echo to err >&2");
  auto attached = start_attached(container, {.err = true});
  EXPECT_EQ(Attached::rest(attached.out), "");
  EXPECT_EQ(Attached::rest(attached.err), "to err\n");
}

TEST_F(AttachTest, WritesAllOutputBeforeTheExit) {
  TestContainer container("yes 0123456789abcde | head -c 1000000");
  auto attached = start_attached(container, kOutputs);
  EXPECT_EQ(Attached::rest(attached.out).size(), 1'000'000U);
  EXPECT_EQ(attached.process->wait(), 0);
}

TEST_F(AttachTest, LosesNothingOfAHundredMegabytesBothWays) {
  TestContainer container("cat");
  container.plan.log.driver = LogDriver::none;
  const std::string sent = numbered_bytes(100'000'000);
  auto attached = start_attached(container, kAll);
  Forked writer([&] {
    attached.out.reset();
    base::write_full(attached.in.get(), sent);
    return 0;
  });
  attached.in.reset();
  const std::string received = Attached::rest(attached.out);
  const auto differs =
      std::mismatch(sent.begin(), sent.end(), received.begin(), received.end()).first;
  EXPECT_TRUE(received == sent) << received.size() << " bytes, differ at "
                                << differs - sent.begin();
  EXPECT_EQ(writer.wait(), 0);
  EXPECT_EQ(attached.process->wait(), 0);
}

TEST_F(AttachTest, ClosesStdinWithThatOfTheFirstClient) {
  TestContainer container("cat; echo end; exit 2");
  auto attached = start_attached(container, kAll);
  base::write_full(attached.in.get(), "text\n");
  attached.in.reset();
  EXPECT_EQ(Attached::rest(attached.out), "text\nend\n");
  EXPECT_EQ(attached.process->wait(), 2);
}

TEST_F(AttachTest, LeavesStdinOpenForTheNextWhenAskedTo) {
  TestContainer container("read a; echo got $a; read b; echo got $b");
  container.plan.open_stdin = true;
  container.plan.stdin_once = false;
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  {
    auto first = attach_later(container, kAll);
    base::write_full(first.in.get(), "one\n");
    first.in.reset();
    read_until(first.out, "got one\n");
  }
  auto second = attach_later(container, kAll);
  base::write_full(second.in.get(), "two\n");
  EXPECT_EQ(Attached::rest(second.out), "got two\n");
  EXPECT_EQ(second.process->wait(), 0);
}

TEST_F(AttachTest, GivesSeveralClientsTheSame) {
  // Each client's line comes after its attachment, so that all are there when the third is read.
  TestContainer container("read a; read b; read c; seq 1 20000; exit 1");
  container.plan.open_stdin = true;
  container.plan.stdin_once = false;
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  std::vector<Attached> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(attach_later(container, kAll));
    base::write_full(all.back().in.get(), "go\n");
  }
  std::string expected;
  for (int i = 1; i <= 20000; ++i) expected += std::to_string(i) + "\n";
  for (auto& attached : all) {
    EXPECT_EQ(Attached::rest(attached.out), expected);
    EXPECT_EQ(attached.process->wait(), 1);
  }
}

TEST_F(AttachTest, DropsALaterClientThatDoesNotRead) {
  TestContainer container("read go; yes 0123456789abcde | head -c 8000000; read stop");
  container.plan.stdin_once = false;
  container.plan.log.driver = LogDriver::none;
  auto attached = start_attached(container, kAll);
  wait_for(container.plan_directory(),
           [&] { return read_running(container.plan_directory()).has_value(); });
  auto slow = connect_monitor(container.plan_directory()).value();
  const protocol::AttachRequest request{protocol::kVersion, 1, 1, 1, 0};
  send_frame_of(slow.socket(), protocol::FrameKind::attach, request);
  send_frame(slow.socket(), protocol::FrameKind::input, "go\n");
  std::string output(8'000'000, '\0');
  EXPECT_EQ(base::read_full(attached.out.get(), output.data(), output.size()), output.size());
  try {
    slow.wait_exit();
    FAIL() << "it was not dropped";
  } catch (const base::Error& e) {
    EXPECT_EQ(e.message(), "the container's output came faster than it was taken");
  }
  base::write_full(attached.in.get(), "stop\n");
  EXPECT_EQ(attached.process->wait(), 0);
}

TEST_F(AttachTest, TellsThatStdoutIsBroken) {
  TestContainer container("read go; echo text; read stop");
  auto attached = start_attached(container, kAll);
  attached.out.reset();
  base::write_full(attached.in.get(), "go\n");
  EXPECT_EQ(Attached::rest(attached.err), "write /dev/stdout: Broken pipe\n");
}

TEST_F(AttachTest, HandsSignalsToTheCallback) {
  TestContainer container("sleep 1000");
  container.plan.attached = kOutputs;
  auto attached = run_with_pipes([&] {
    auto client = container.start();
    if (client.wait_started()) return 98;
    base::write_full(1, "started");
    const auto forward = [&](int signal) {
      base::write_full(1, "signal " + std::to_string(signal));
      read_running(container.plan_directory())->init.signal(SIGKILL);
    };
    sigset_t usr1;  // blocked up to the attachment, so that it is not lost before
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &usr1, nullptr);
    ::raise(SIGUSR1);
    return client.attach(kOutputs, false, {}, forward).value().code;
  });
  EXPECT_EQ(Attached::rest(attached.out), "startedsignal " + std::to_string(SIGUSR1));
  EXPECT_EQ(attached.process->wait(), 137);
}

TEST_F(AttachTest, PassthroughGivesTheContainerOurOwnStreams) {
  TestContainer container("cat; echo err >&2; exit 8");
  container.plan.log.driver = LogDriver::passthrough;
  auto attached = run_with_pipes([&container] {
    auto client = container.start();
    if (client.wait_started()) return 98;
    return client.wait_exit().code;
  });
  base::write_full(attached.in.get(), "text");
  attached.in.reset();
  EXPECT_EQ(Attached::rest(attached.out), "text");
  EXPECT_EQ(Attached::rest(attached.err), "err\n");
  EXPECT_EQ(attached.process->wait(), 8);
  EXPECT_FALSE(base::exists(container.path("log")));
}

/// A process on a terminal of its own, whose other side is `master`.
struct OnTerminal {
  base::UniqueFd master;
  std::unique_ptr<Forked> process;
};

OnTerminal run_on_terminal(winsize size, const std::function<int()>& act) {
  int master = -1, slave = -1;
  EXPECT_EQ(::openpty(&master, &slave, nullptr, nullptr, &size), 0);
  OnTerminal result{base::UniqueFd(master), nullptr};
  result.process = std::make_unique<Forked>([&] {
    ::login_tty(slave);
    ::close(master);
    return act();
  });
  ::close(slave);
  return result;
}

/// Starts with a terminal of 30 rows and 100 columns. Afterwards tells whether the mode is as before.
OnTerminal start_on_terminal(TestContainer& container) {
  container.plan.tty = true;
  container.plan.open_stdin = true;
  container.plan.attached = kAll;
  return run_on_terminal({30, 100, 0, 0}, [&container] {
    termios before{}, after{};
    ::tcgetattr(0, &before);
    const auto size = window_size(1).value();
    container.plan.rows = size.rows;
    container.plan.columns = size.columns;
    auto client = container.start();
    if (const auto failure = client.wait_started())
      base::fail(base::Kind::io, "{}", failure->message);
    const int code = attach_and_exit(client, kAll, /*tty=*/true);
    ::tcgetattr(0, &after);
    base::write_full(1, before.c_lflag == after.c_lflag ? "restored\n" : "left raw\n");
    return code;
  });
}

TEST_F(AttachTest, GivesTheContainerATerminalOfTheRightSize) {
  TestContainer container("stty size; echo err >&2; exit 4");
  auto terminal = start_on_terminal(container);
  EXPECT_EQ(read_until(terminal.master, "restored\r\n"), "30 100\r\nerr\r\nrestored\r\n");
  EXPECT_EQ(terminal.process->wait(), 4);
}

TEST_F(AttachTest, WorksWherePathsAreTooLongForSockets) {
  TestContainer container("read a; echo got $a; exit 3");
  const std::string deep = container.plan_directory() + "/" + std::string(150, 'x');
  base::make_directory(deep);
  container.plan.directory = deep;
  container.plan.tty = container.plan.open_stdin = true;
  auto client = container.start();
  ASSERT_TRUE(starts(client));
  auto terminal = run_on_terminal({20, 80, 0, 0}, [&deep] {
    auto later = connect_monitor(deep).value();
    return attach_and_exit(later, kAll, /*tty=*/true);
  });
  base::write_full(terminal.master.get(), "it\r");
  read_until(terminal.master, "got it");
  EXPECT_EQ(terminal.process->wait(), 3);
}

TEST_F(AttachTest, PassesChangesOfTheWindowOn) {
  TestContainer container("trap 'stty size; exit 0' WINCH; echo ready; while :; do read x; done");
  auto terminal = start_on_terminal(container);
  read_until(terminal.master, "ready");
  const winsize size{11, 22, 0, 0};
  ASSERT_EQ(::ioctl(terminal.master.get(), TIOCSWINSZ, &size), 0);
  EXPECT_THAT(read_until(terminal.master, "restored"), HasSubstr("11 22"));
  EXPECT_EQ(terminal.process->wait(), 0);
}

TEST_F(AttachTest, DetachesByKeysAndAttachesAgain) {
  TestContainer container("echo ready; read a; echo got $a; exit 3");
  auto terminal = start_on_terminal(container);
  read_until(terminal.master, "ready");
  base::write_full(terminal.master.get(), "ab\x10\x11");
  read_until(terminal.master, "restored");
  EXPECT_EQ(terminal.process->wait(), kDetached);
  auto again = run_on_terminal({20, 80, 0, 0}, [&] {
    auto client = connect_monitor(container.plan_directory()).value();
    return attach_and_exit(client, kAll, /*tty=*/true);
  });
  base::write_full(again.master.get(), "c\r");
  read_until(again.master, "got abc");
  EXPECT_EQ(again.process->wait(), 3);
}

}  // namespace
}  // namespace container
