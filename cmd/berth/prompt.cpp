// SPDX-License-Identifier: Apache-2.0
#include "prompt.hpp"

#include <optional>
#include <termios.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"

namespace cli {

namespace {

constexpr std::size_t kLongestLine = 64 * 1024;

/// Turns the echo of what is typed off.
class Silence {
 public:
  Silence() {
    termios mode{};
    if (::tcgetattr(STDIN_FILENO, &mode) < 0) return;  // no terminal
    old_ = mode;
    mode.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode) < 0) base::sys_fail("turn off the echo");
  }

  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

  ~Silence() {
    if (!old_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &*old_);
    [[maybe_unused]] const ssize_t n = ::write(STDOUT_FILENO, "\n", 1);
  }

 private:
  std::optional<termios> old_;
};

/// Byte by byte, as what follows may be for others.
std::string read_line() {
  std::string line;
  for (;;) {
    char c = 0;
    const ssize_t n = ::read(STDIN_FILENO, &c, 1);
    base::check_interrupt();
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) base::sys_fail("read the answer");
    if (n == 0 && line.empty()) base::fail(base::Kind::io, "EOF");
    if (n == 0 || c == '\n') break;
    line += c;
    if (line.size() > kLongestLine) base::fail(base::Kind::usage, "the answer is too long");
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

void print(const std::string& question) {
  base::write_full(STDOUT_FILENO, question);
}

}  // namespace

std::string ask_line(const std::string& question) {
  base::catch_interrupts();
  print(question);
  return read_line();
}

std::string ask_secret(const std::string& question) {
  base::catch_interrupts();
  const Silence silence;
  print(question);
  return read_line();
}

}  // namespace cli
