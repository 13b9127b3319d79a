// SPDX-License-Identifier: Apache-2.0
// berth top
#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "commands/top_columns.hpp"
#include "container/processes.hpp"
#include "render/output.hpp"
#include "render/table.hpp"
#include "session.hpp"

namespace cli {

namespace {

Words words_of(const std::string& line) {
  Words words;
  for (const auto& word : base::split(line, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

/// The first line that says what is wrong, as docker shows it.
std::string first_line(const std::string& text) {
  return base::split(std::string(base::trim(text)), '\n').at(0);
}

std::string run_ps(const Session& session, const Words& arguments) {
  Words argv = {"ps"};
  if (arguments.empty()) argv.emplace_back("-ef");
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const auto done = base::run_captured({.argv = argv});
  if (done.status.ok()) return done.out;
  if (!session.is_podman()) base::fail(base::Kind::usage, "ps: {}", first_line(done.err));
  client_fail("ps(1) failed with exit code {}: {}", done.status.code, done.err);
}

/// Numbers that processes have inside, by those outside.
using InsidePids = std::map<std::string, std::string>;

InsidePids inside_pids(const std::set<pid_t>& pids) {
  InsidePids inside;
  for (const pid_t pid : pids) {
    const auto status = base::find_file_text(fmt::format("/proc/{}/status", pid)).value_or("");
    const auto at = status.find("\nNSpid:");
    if (at == std::string::npos) continue;
    const auto numbers =
        base::split(status.substr(at + 1, status.find('\n', at + 1) - at - 1), '\t');
    inside[std::to_string(pid)] = numbers.back();
  }
  return inside;
}

/// Podman's ps runs inside: a parent that is not there is 0.
void translate(Words& cells, const Words& titles, const InsidePids& inside) {
  for (std::size_t i = 0; i < cells.size() && i < titles.size(); ++i) {
    if (titles[i] != "PID" && titles[i] != "PPID") continue;
    const auto found = inside.find(cells[i]);
    cells[i] = found == inside.end() ? "0" : found->second;
  }
}

/// The lines of ps that are about `pids`; the last column takes the rest of its line. `inside` is empty where the numbers
/// are to be the host's.
std::string table_of(const std::string& text,
                     const std::set<pid_t>& pids,
                     const InsidePids& inside) {
  const auto lines = base::split(text, '\n');
  const Words titles = words_of(lines.at(0));
  const auto column = std::find(titles.begin(), titles.end(), "PID");
  if (column == titles.end()) base::fail(base::Kind::usage, "Couldn't find PID field in ps output");
  const auto index = static_cast<std::size_t>(column - titles.begin());
  std::string table = base::join(titles, "\t") + "\n";
  for (std::size_t i = 1; i < lines.size(); ++i) {
    Words cells = words_of(lines[i]);
    if (cells.size() <= index) continue;
    const auto pid = base::parse_number<pid_t>(cells[index]);
    if (!pid || !pids.contains(*pid)) continue;
    while (cells.size() > titles.size()) {
      cells[cells.size() - 2] += " " + cells.back();
      cells.pop_back();
    }
    if (!inside.empty()) translate(cells, titles, inside);
    table += base::join(cells, "\t") + "\n";
  }
  return table;
}

int top(Session& session, bool latest, Words words) {
  auto& engine = session.engine();
  if (latest) {
    const auto records = engine.containers.list();
    if (records.empty()) client_fail("no containers to act on: no such container");
    words.insert(words.begin(), records.front().id);
  }
  if (words.empty()) client_fail("you must provide the name or id of a running container");
  if (session.is_podman() && !engine.containers.find(words[0])) {
    client_fail(
        "unable to look up requested container: no container with name or ID \"{}\" found: no such "
        "container",
        words[0]);
  }
  const auto record = engine.containers.get(words[0]);
  const auto state = container::state_of(engine, record);
  if (!state.is_running()) {
    if (session.is_podman()) client_fail("top can only be used on running containers");
    base::fail(base::Kind::wrong_state, "container {} is not running", record.id);
  }
  const auto pids = container::processes_of(engine, record, state);
  const Words arguments(words.begin() + 1, words.end());
  const bool own = session.is_podman() && (arguments.empty() || !arguments[0].starts_with('-'));
  const auto inside = session.is_podman() ? inside_pids(pids) : InsidePids();
  constexpr render::TableStyle kWide = {.narrowest = 20, .padding = 3};
  render::print(render::align_columns(own ? top_table(pids, state.running.init.pid, arguments)
                                          : table_of(run_ps(session, arguments), pids, inside),
                                      session.is_podman() ? render::kPodmanTable : kWide));
  return 0;
}

}  // namespace

void register_top(Verbs& verbs) {
  const auto latest = std::make_shared<bool>(false);
  verbs.add({
      .names = {"top", "container top"},
      .usage = verbs.is_podman() ? "[options] CONTAINER [FORMAT-DESCRIPTORS|ARGS...]"
                                 : "CONTAINER [ps OPTIONS]",
      .summary = "Display the running processes of a container",
      .arity = {verbs.is_podman() ? 0 : 1, -1},
      .completes = Completes::running_containers,
      .interspersed = false,
      .declare =
          [latest, podman = verbs.is_podman()](FlagTable& table) {
            if (podman) table.add_flag("-l,--latest", *latest, "Act on the latest container");
          },
      .act = [latest](Session& session,
                      const Words& words) { return top(session, *latest, words); },
  });
}

}  // namespace cli
