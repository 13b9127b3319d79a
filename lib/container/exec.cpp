// SPDX-License-Identifier: Apache-2.0
#include "container/exec.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "base/pid_ref.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/cgroup.hpp"
#include "container/cgroup_haste.hpp"
#include "container/events.hpp"
#include "container/runtime.hpp"
#include "container/runtime_error.hpp"
#include "container/spec/spec.hpp"
#include "container/start.hpp"
#include "container/state.hpp"

namespace container {

namespace {

using base::Json;

State require_running(Engine& engine, const Record& record) {
  State state = state_of(engine, record);
  if (state.status == Status::paused) {
    base::fail(base::Kind::wrong_state,
               "Container {} is paused, unpause the container before exec",
               record.name);
  }
  if (!state.is_running())
    base::fail(base::Kind::wrong_state, "container {} is not running", record.id);
  return state;
}

/// A name without a value takes the variable away.
void set_variable(std::vector<std::string>& env, const std::string& assignment) {
  const std::string key = assignment.substr(0, assignment.find('=')) + "=";
  if (!assignment.starts_with(key)) {
    std::erase_if(env, [&](const std::string& variable) { return variable.starts_with(key); });
    return;
  }
  const auto same =
      std::find_if(env.begin(), env.end(), [&](const auto& v) { return v.starts_with(key); });
  if (same != env.end())
    *same = assignment;
  else
    env.push_back(assignment);
}

/// The container's --group-add holds for whoever is given, too.
void set_user(Json& process,
              const ExecOptions& options,
              int root_fd,
              const std::vector<std::string>& group_add,
              std::vector<std::string>& env) {
  const auto ids = find_user(root_fd, options.user, group_add);
  process["user"] = {{"uid", ids.uid}, {"gid", ids.gid}, {"additionalGids", ids.groups}};
  if (!ids.home.empty()) set_variable(env, "HOME=" + ids.home);
  // Docker gives a process that is not root no capabilities but those in its bounding set.
  if (ids.uid != 0 && process.contains("capabilities")) {
    auto& capabilities = process["capabilities"];
    for (const char* set : {"effective", "permitted", "ambient", "inheritable"})
      capabilities[set] = Json::array();
  }
}

void grant_everything(Json& process) {
  Security all;
  all.privileged = true;
  const auto capabilities = capabilities_of(all);
  for (const char* set : {"bounding", "effective", "permitted"})
    process["capabilities"][set] = capabilities;
  process["noNewPrivileges"] = false;
}

/// The process as the container's own was, with what the user wants changed.
Json make_process(Json process,
                  const ExecOptions& options,
                  int root_fd,
                  const std::vector<std::string>& group_add) {
  auto env = process.value("env", std::vector<std::string>{});
  if (!options.user.empty()) set_user(process, options, root_fd, group_add, env);
  const bool has_term = std::any_of(
      env.begin(), env.end(), [](const auto& variable) { return variable.starts_with("TERM="); });
  if (options.tty && !(options.keeps_term && has_term)) set_variable(env, "TERM=xterm");
  for (const auto& variable : options.env) set_variable(env, variable);
  process["env"] = env;
  process["args"] = options.command;
  process["terminal"] = options.tty;
  if (!options.working_dir.empty()) process["cwd"] = options.working_dir;
  if (options.privileged) grant_everything(process);
  return process;
}

void check(const ExecOptions& options, const Json& process, int root_fd) {
  const std::string directory = process.value("cwd", "/");
  const std::string prefix =
      "OCI runtime exec failed: exec failed: unable to start container process: ";
  if (!base::find_in_root(root_fd, directory, O_PATH)) {
    base::fail(base::Kind::command_missing,
               "{}chdir to cwd (\"{}\") set in config.json failed: no such file or directory",
               prefix,
               directory);
  }
  if (const auto error = check_command(root_fd, options.command.at(0), process["env"], directory)) {
    throw base::Error(error->kind(), prefix + error->message());
  }
}

/// A pseudo-terminal of our own.
struct Terminal {
  Terminal() : master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)) {
    if (!master || ::grantpt(master.get()) < 0 || ::unlockpt(master.get()) < 0)
      base::sys_fail("make a terminal");
    slave = base::UniqueFd(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!slave) base::sys_fail("open a terminal");
    // What is typed before the runtime reads is not to be edited or echoed here.
    termios mode{};
    if (::tcgetattr(slave.get(), &mode) < 0) base::sys_fail("look at a terminal");
    ::cfmakeraw(&mode);
    if (::tcsetattr(slave.get(), TCSANOW, &mode) < 0) base::sys_fail("set a terminal");
  }

  base::UniqueFd master, slave;
};

/// Until the program ends, what comes on stdin goes to its terminal as if it were typed; the end of it is a Ctrl-D. A program
/// that reads nothing keeps what was typed waiting, not us.
void type_into(int master, const base::Child& child) {
  const auto process = base::PidRef::of(child.pid());
  const auto ended = process ? process->open() : std::nullopt;
  if (!ended) return;
  std::string typed;
  for (bool at_end = false;;) {
    pollfd polled[] = {{ended->get(), POLLIN, 0},
                       {typed.empty() && !at_end ? STDIN_FILENO : -1, POLLIN, 0},
                       {typed.empty() ? -1 : master, POLLOUT, 0}};
    if (::poll(polled, 3, -1) < 0 && errno != EINTR) base::sys_fail("wait for what is typed");
    if (polled[0].revents != 0) return;
    if (polled[1].revents != 0) {
      char buffer[4096];
      const ssize_t n = ::read(STDIN_FILENO, buffer, sizeof buffer);
      at_end = n <= 0;
      typed = at_end ? "\4" : std::string(buffer, static_cast<std::size_t>(n));
    }
    if (polled[2].revents == 0) continue;
    const ssize_t n = ::write(master, typed.data(), typed.size());
    if (n < 0 && errno != EAGAIN && errno != EINTR) return;  // the terminal is gone
    if (n > 0) typed.erase(0, static_cast<std::size_t>(n));
  }
}

std::string sessions_directory(const Engine& engine, const std::string& container) {
  return engine.run_directory(container) + "/exec";
}

/// Of those that run; what others have left is removed.
std::vector<std::string> running_sessions(const std::string& directory) {
  std::vector<std::string> ids;
  for (const auto& id : base::list_directory(directory)) {
    const auto file = directory + "/" + id;
    // One that is about to begin has written no more than a number.
    const auto json = Json::parse(base::find_file_text(file).value_or(""), nullptr, false);
    if (!json.is_object()) continue;
    if (base::from_json<base::PidRef>(json, "exec session").is_alive())
      ids.push_back(id);
    else
      base::remove_file(file);
  }
  return ids;
}

/// What tells of a detached process while it runs; the runtime writes its number there first.
std::string make_session_file(const Engine& engine,
                              const std::string& container,
                              const std::string& id) {
  const auto directory = sessions_directory(engine, container);
  base::make_directories(directory, 0700);
  running_sessions(directory);  // else each detached process would leave a file
  return directory + "/" + id;
}

void keep_session(const std::string& file) {
  const auto pid = base::parse_number<pid_t>(base::trim(base::find_file_text(file).value_or("")));
  const auto process = pid ? base::PidRef::of(*pid) : std::nullopt;
  if (process)
    base::replace_file(file, base::to_json(*process).dump());
  else
    base::remove_file(file);
}

/// A detached process keeps its streams open as long as it lives: ours are not for it, or whoever reads them would wait. The
/// runtime tells of a failure in a file.
struct Detached {
  base::UniqueFd null = base::open_file("/dev/null", O_RDWR);
  base::UniqueFd log = base::make_memory_file("runtime-log", "");
  std::string session;

  void take_streams(base::Command& command) const {
    command.in = command.out = command.err = null.get();
  }

  /// Throws what the runtime had to say of a failure.
  void end(int code, const std::string& program) const {
    keep_session(session);
    if (code == 0) return;
    ::lseek(log.get(), 0, SEEK_SET);
    throw runtime_error(runtime_message(base::read_rest(log.get(), kMaxLog)), program);
  }

  static constexpr std::size_t kMaxLog = std::size_t{1} << 20;
};

/// Descriptors to be kept stand first, at their numbers.
std::vector<int> at_their_numbers(const std::vector<int>& preserved) {
  std::vector<int> pass;
  for (const int number : preserved) {
    pass.resize(static_cast<std::size_t>(number - 3), -1);
    pass.push_back(number);
  }
  return pass;
}

std::string descriptor(std::size_t index) {
  return fmt::format("/proc/self/fd/{}", 3 + index);
}

/// Ctrl-C on the terminal reaches the whole foreground group: the process inside decides, not this one.
void ignore_terminal_signals() {
  for (const int signal : {SIGINT, SIGQUIT, SIGTSTP}) std::signal(signal, SIG_IGN);
}

}  // namespace

int exec(Engine& engine, const std::string& name, const ExecOptions& options) {
  const Record record = engine.containers.get(name);
  const State state = require_running(engine, record);
  hasten_cgroup_moves();
  const auto taken = read_taken(engine, record.id);
  const auto config = base::find_file_text(engine.run_directory(record.id) + "/bundle/config.json");
  if (!taken || !config)
    base::fail(base::Kind::wrong_state, "container {} is not running", record.id);
  const auto root = open_root(state.running);
  std::vector<std::string> group_add;
  if (!options.user.empty()) group_add = engine.containers.details(record.id).options.group_add;
  const Json process = make_process(
      base::parse_json(*config, "config.json")["process"], options, root.get(), group_add);
  check(options, process, root.get());
  const Runtime runtime(engine, taken->runtime, taken->cgroup_manager);
  const auto file = base::make_memory_file(
      "process", process.dump(-1, ' ', false, Json::error_handler_t::replace));
  auto pass = at_their_numbers(options.preserved);
  const std::size_t kept = pass.size();
  pass.push_back(file.get());
  std::vector<std::string> words = {"exec", "--process", descriptor(kept)};
  if (kept > 0) words.push_back(fmt::format("--preserve-fds={}", kept));
  const std::string exec_id = base::new_id();
  std::optional<Detached> detached;
  if (options.detach) {
    detached.emplace().session = make_session_file(engine, record.id, exec_id);
    words.insert(words.end(), {"--detach", "--pid-file", detached->session});
    pass.push_back(detached->log.get());
  }
  words.push_back(record.id);
  const auto event =
      [&](const std::string& action, const std::string& key, const std::string& value) {
        record_event(engine.store,
                     {"container",
                      action,
                      record.id,
                      {{"image", record.summary.image_name},
                       {"name", record.name},
                       {"execID", exec_id},
                       {key, value}}});
      };
  const std::string line = base::join(options.command, " ");
  event("exec_create: " + line, "command", line);
  event("exec_start: " + line, "command", line);
  auto argv = runtime.command(words);
  if (detached)
    argv.insert(argv.begin() + 1, {"--log=" + descriptor(kept + 1), "--log-format=json"});
  base::Command command{
      .argv = moving_command(taken->cgroup_manager, taken->cgroup_path, std::move(argv)),
      .pass = pass};
  base::UniqueFd sealed;
  if (command.argv[0] == runtime.path()) sealed = runtime.sealed_program();
  if (sealed) {
    command.program = sealed.get();
    command.env = base::environment_with(Runtime::kSealedNote);
  }
  // With -t the runtime takes its stdin for the terminal; where there is none, it gets one that says nothing.
  const bool has_terminal = options.tty && !options.detach && ::isatty(STDIN_FILENO);
  std::optional<Terminal> silent;
  if (detached)
    detached->take_streams(command);
  else if (has_terminal || (options.interactive && !options.tty))
    command.in = STDIN_FILENO;
  else if (options.tty)
    command.in = silent.emplace().slave.get();
  // When the process has ended, crun (1.8) writes what is left in its terminal to stderr instead of stdout.
  if (options.tty && !detached) command.err = STDOUT_FILENO;
  ignore_terminal_signals();
  auto child = base::spawn(command);
  if (silent && options.interactive) type_into(silent->master.get(), child);
  const int code = child.wait().shell_code();
  if (!detached) {
    event("exec_die", "exitCode", std::to_string(code));
    return code;
  }
  detached->end(code, options.command.at(0));
  if (options.prints_id) fmt::print("{}\n", exec_id);
  return code;
}

base::Json exec_ids(const Engine& engine, const Record& record) {
  const auto ids = running_sessions(sessions_directory(engine, record.id));
  return ids.empty() ? Json(nullptr) : Json(ids);
}

}  // namespace container
