// SPDX-License-Identifier: Apache-2.0
#include "duties.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "starter.hpp"
#include "sys.hpp"

namespace monitor {

namespace {

struct {
  uint64_t interval, start_interval;  ///< milliseconds between checks; interval 0: there are none
  uint64_t kill_at;                   ///< milliseconds of the clock below; 0: never
  uint64_t check_at;                  ///< 0: no health check, or one runs
  uint64_t
      grace_ends_at;  ///< until then the shorter interval counts, as long as no check succeeded
  int checking;       ///< pid of the check that runs
  bool healthy;
  bool timed_out;
} duties;

/// Milliseconds of a clock that nobody sets, and that goes on while the machine sleeps.
uint64_t clock_ms() {
  timespec time{};
  clock_gettime(CLOCK_BOOTTIME, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1000 + static_cast<uint64_t>(time.tv_nsec) / 1000000;
}

/// As Docker, the pause counts from the end of the check before.
void set_next_check() {
  duties.check_at = 0;
  if (duties.interval == 0) return;
  const uint64_t time = clock_ms();
  const bool in_grace = !duties.healthy && time < duties.grace_ends_at;
  duties.check_at = time + (in_grace ? duties.start_interval : duties.interval);
}

}  // namespace

void begin_duties(const Plan& plan) {
  const uint64_t time = clock_ms();
  if (plan.header->timeout_ms > 0) duties.kill_at = time + plan.header->timeout_ms;
  duties.interval = plan.header->health_interval_ms;
  duties.start_interval = plan.header->health_start_interval_ms;
  duties.grace_ends_at = time + plan.header->health_start_period_ms;
  set_next_check();
}

void change_duties() {
  char text[96];
  const char* rest = nullptr;
  if (read_small("duties", text, sizeof text) <= 0) return;
  duties.interval = parse_number(text, &rest);
  duties.start_interval = *rest == ' ' ? parse_number(rest + 1, &rest) : 0;
  duties.grace_ends_at = clock_ms() + (*rest == ' ' ? parse_number(rest + 1, &rest) : 0);
  if (duties.checking == 0) set_next_check();
}

int until_duty(int most) {
  uint64_t next = duties.kill_at;
  if (next == 0 || (duties.check_at != 0 && duties.check_at < next)) next = duties.check_at;
  if (next == 0) return most;
  constexpr uint64_t kLongest = 1U << 30;
  const uint64_t time = clock_ms();
  uint64_t left = next > time ? next - time : 0;
  if (left > kLongest) left = kLongest;
  return most >= 0 && left > static_cast<uint64_t>(most) ? most : static_cast<int>(left);
}

void do_duties(const Plan& plan, int init) {
  if (duties.kill_at == 0 && duties.check_at == 0) return;
  const uint64_t time = clock_ms();
  if (duties.kill_at != 0 && time >= duties.kill_at) {
    duties.kill_at = 0;
    duties.timed_out = true;
    kill(init, SIGKILL);
  }
  if (duties.check_at == 0 || time < duties.check_at) return;
  duties.check_at = 0;
  duties.checking = start_health_check(plan);
  if (duties.checking > 0) return;
  duties.checking = 0;
  set_next_check();
}

bool has_timed_out() {
  return duties.timed_out;
}

void note_ended(int pid, int wait_status) {
  if (pid != duties.checking || pid <= 0) return;
  duties.checking = 0;
  if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0) duties.healthy = true;
  set_next_check();
}

}  // namespace monitor
