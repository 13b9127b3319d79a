// SPDX-License-Identifier: Apache-2.0
#include "outcome.hpp"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys.hpp"

namespace monitor {

namespace {

struct {
  uint64_t own_start;
  int oom_fd = -1;
  bool oom_killed;
} outcome;

}  // namespace

void prepare_outcome(const Plan& plan) {
  unlink("exit");
  outcome.own_start = stat_field(getpid(), kStartTimeField);
  if (plan.cgroup_join[0] != 0) {
    char path[1024], pid[24];
    Text name{path, sizeof path - 1}, number{pid, sizeof pid};
    name.add(plan.cgroup_join).add("/cgroup.procs");
    path[name.size] = 0;
    number.add_number(static_cast<uint64_t>(getpid()));
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    write_all(fd, pid, number.size);
    close(fd);
  }
}

int read_pid_file(const Plan& plan) {
  char content[32];
  if (read_small(plan.pid_file, content, sizeof content) <= 0) return 0;
  return static_cast<int>(parse_number(content, nullptr));
}

bool write_running(int init, bool waits) {
  char content[256];
  Text text{content, sizeof content};
  text.add("monitor ")
      .add_number(static_cast<uint64_t>(getpid()))
      .add(" ")
      .add_number(outcome.own_start);
  text.add("\ninit ")
      .add_number(static_cast<uint64_t>(init))
      .add(" ")
      .add_number(stat_field(init, kStartTimeField));
  if (!waits) text.add("\nstarted ").add_number(now());
  text.add("\n");
  return replace_file("running", text);
}

int open_oom(const Plan& plan) {
  // memory.events of v2, or v1's memory.oom_control; the cgroup exists once the runtime is done.
  if (plan.oom_events[0] != 0) outcome.oom_fd = open(plan.oom_events, O_RDONLY | O_CLOEXEC);
  note_oom();
  return outcome.oom_fd;
}

void note_oom() {
  char content[512];
  const ssize_t n = outcome.oom_fd < 0 ? -1 : pread(outcome.oom_fd, content, sizeof content - 1, 0);
  if (n <= 0) return;
  content[n] = 0;
  const char* line = strstr(content, "oom_kill ");
  if (line && parse_number(line + strlen("oom_kill "), nullptr) > 0) outcome.oom_killed = true;
}

int exit_code_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

namespace {

void write_notice(const protocol::ExitNotice& notice, bool restarts) {
  char content[128];
  Text text{content, sizeof content};
  text.add(notice.code < 0 ? "code -" : "code ");
  text.add_number(static_cast<uint64_t>(notice.code < 0 ? -notice.code : notice.code));
  text.add("\noom ").add_number(notice.oom_killed);
  text.add("\nfinished ").add_number(static_cast<uint64_t>(notice.finished));
  text.add("\nrestart ").add_number(restarts).add("\n");
  replace_file("exit", text);
}

}  // namespace

protocol::ExitNotice write_exit(int code, bool restarts) {
  note_oom();
  protocol::ExitNotice notice{};
  notice.code = code;
  notice.oom_killed = outcome.oom_killed;
  notice.finished = static_cast<int64_t>(now());
  write_notice(notice, restarts);
  return notice;
}

void write_no_restart(const protocol::ExitNotice& notice) {
  write_notice(notice, false);
}

}  // namespace monitor
