// SPDX-License-Identifier: Apache-2.0
#include "commands/top_columns.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id_mapping.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/user_namespace.hpp"
#include "errors.hpp"

namespace cli {

namespace {

/// What /proc tells of one process.
struct Process {
  pid_t pid = 0;
  std::string command_line, name;
  std::vector<std::string> stat;  ///< the fields behind the name: [0] is the third, the state
  std::map<std::string, std::string> status;

  const std::string& field(std::size_t number) const {
    static const std::string kNone = "0";
    return number - 3 < stat.size() ? stat[number - 3] : kNone;
  }

  std::int64_t number(std::size_t at) const {
    return base::parse_number<std::int64_t>(field(at)).value_or(0);
  }

  /// The n-th word of a line of status.
  std::string word(const std::string& key, std::size_t n) const {
    const auto found = status.find(key);
    if (found == status.end()) return "?";
    const auto words = base::split(found->second, '\t');
    return n < words.size() ? words[n] : words.back();
  }
};

/// What the columns need beyond the process itself.
struct Context {
  pid_t init = 0;
  std::map<std::string, std::string> users, groups, host_users, host_groups;  ///< names by id
  double uptime = 0;
};

constexpr double kTicks = 100;  // of /proc/PID/stat a second, on every architecture

std::optional<Process> read_process(pid_t pid) {
  const std::string directory = fmt::format("/proc/{}/", pid);
  try {
    Process process;
    process.pid = pid;
    const std::string stat = base::read_file(directory + "stat");
    const auto open = stat.find('('), close = stat.rfind(')');
    if (close == std::string::npos || close + 2 > stat.size()) return std::nullopt;
    process.name = stat.substr(open + 1, close - open - 1);
    process.stat = base::split(std::string(base::trim(stat.substr(close + 2))), ' ');
    process.command_line = base::read_file(directory + "cmdline");
    for (const auto& line : base::split(base::read_file(directory + "status"), '\n')) {
      const auto [key, value] = base::split_pair(line, ':');
      process.status[key] = std::string(base::trim(value.value_or("")));
    }
    std::replace(process.command_line.begin(), process.command_line.end(), '\0', ' ');
    return process;
  } catch (const base::Error&) {
    return std::nullopt;  // it has ended
  }
}

/// Names by number from a passwd or group file, which may be a container's: bounded, and opened inside its root.
std::map<std::string, std::string> read_names(int root, const char* path) {
  constexpr std::size_t kMost = 1 << 20;
  std::map<std::string, std::string> names;
  const auto file = base::find_in_root(root, path, O_RDONLY | O_NONBLOCK);

  struct stat info {};

  if (!file || ::fstat(file->get(), &info) < 0 || !S_ISREG(info.st_mode)) return names;
  std::string text(kMost, '\0');
  const ssize_t n = base::retry([&] { return ::read(file->get(), text.data(), text.size()); });
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  for (const auto& line : base::split(text, '\n')) {
    const auto fields = base::split(line, ':');
    if (fields.size() >= 3) names.emplace(fields[2], fields[0]);
  }
  return names;
}

std::string name_of(const std::map<std::string, std::string>& names, const std::string& id) {
  const auto found = names.find(id);
  return found == names.end() ? id : found->second;
}

/// An id of ours as a user namespace shows it inside.
std::string inside(pid_t pid, const char* map, const std::string& id) {
  const auto outer = base::parse_number<std::uint64_t>(id);
  const auto text = base::find_file_text(fmt::format("/proc/{}/{}", pid, map));
  if (!outer || !text) return id;
  for (const auto& line : base::split(*text, '\n')) {
    std::vector<std::uint64_t> numbers;
    for (const auto& word : base::split(line, ' ')) {
      if (const auto number = base::parse_number<std::uint64_t>(word)) numbers.push_back(*number);
    }
    if (numbers.size() == 3 && *outer >= numbers[1] && *outer - numbers[1] < numbers[2])
      return std::to_string(numbers[0] + *outer - numbers[1]);
  }
  return id;
}

std::string terminal_of(const Process& process) {
  const auto device = process.number(7);
  const auto major = (device >> 8) & 0xfff, minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  if (device == 0) return "?";
  constexpr std::int64_t kPseudoTerminals = 136;
  return major == kPseudoTerminals ? fmt::format("pts/{}", minor) : fmt::format("tty{}", minor);
}

double seconds_of(const Process& process) {
  return static_cast<double>(process.number(14) + process.number(15)) / kTicks;
}

double elapsed(const Process& process, const Context& context) {
  return std::max(0.0, context.uptime - static_cast<double>(process.number(22)) / kTicks);
}

std::string span_text(double seconds) {
  return base::duration_text(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

std::string cpu_share(const Process& process, const Context& context) {
  const double lived = elapsed(process, context);
  return fmt::format("{:.3f}", lived > 0 ? 100 * seconds_of(process) / lived : 0);
}

using Cell = std::string (*)(const Process&, const Context&);

struct Column {
  const char *name, *title;
  Cell cell;
};

std::string user_at(const Process& p, const Context& c, std::size_t which) {
  return name_of(c.users, inside(c.init, "uid_map", p.word("Uid", which)));
}

std::string group_at(const Process& p, const Context& c, std::size_t which) {
  return name_of(c.groups, inside(c.init, "gid_map", p.word("Gid", which)));
}

/// 0: the first number, as the innermost namespace has the last.
std::string last_word(const Process& p, const char* key) {
  return p.word(key, static_cast<std::size_t>(-1));
}

/// An id as the host has it, which an ordinary user's commands see by another number.
std::string on_host(const std::string& id, const std::vector<base::IdRange>& own) {
  const auto number = base::parse_number<std::uint32_t>(id);
  return number ? std::to_string(base::map_id(own, *number)) : id;
}

constexpr std::size_t kReal = 0, kEffective = 1;

const Column kColumns[] = {
    {"args",
     "COMMAND",
     [](const Process& p, const Context&) {
       const std::string text(base::trim(p.command_line));
       return text.empty() ? "[" + p.name + "]" : text;
     }},
    {"comm", "COMMAND", [](const Process& p, const Context&) { return p.name; }},
    {"etime",
     "ELAPSED",
     [](const Process& p, const Context& c) { return span_text(elapsed(p, c)); }},
    {"group",
     "GROUP",
     [](const Process& p, const Context& c) { return group_at(p, c, kEffective); }},
    {"hgroup",
     "HGROUP",
     [](const Process& p, const Context& c) {
       return name_of(c.host_groups, on_host(p.word("Gid", kEffective), base::gid_map()));
     }},
    {"hpid", "HPID", [](const Process& p, const Context&) { return std::to_string(p.pid); }},
    {"huser",
     "HUSER",
     [](const Process& p, const Context& c) {
       return name_of(c.host_users, on_host(p.word("Uid", kEffective), base::uid_map()));
     }},
    {"nice", "NI", [](const Process& p, const Context&) { return p.field(19); }},
    {"pcpu", "%CPU", cpu_share},
    {"pgid", "PGID", [](const Process& p, const Context&) { return last_word(p, "NSpgid"); }},
    {"pid", "PID", [](const Process& p, const Context&) { return last_word(p, "NSpid"); }},
    {"ppid",
     "PPID",
     [](const Process& p, const Context& c) {
       if (p.pid == c.init) return std::string("0");
       const auto parent = read_process(static_cast<pid_t>(p.number(4)));
       return parent ? last_word(*parent, "NSpid") : std::string("0");
     }},
    {"rgroup", "RGROUP", [](const Process& p, const Context& c) { return group_at(p, c, kReal); }},
    {"rss",
     "RSS",
     [](const Process& p, const Context&) {
       return std::to_string(p.number(24) * (::sysconf(_SC_PAGESIZE) / 1024));
     }},
    {"ruser", "RUSER", [](const Process& p, const Context& c) { return user_at(p, c, kReal); }},
    {"seccomp",
     "SECCOMP",
     [](const Process& p, const Context&) {
       const std::string mode = p.word("Seccomp", 0);
       return std::string(mode == "2" ? "filter" : mode == "1" ? "strict" : "disabled");
     }},
    {"state", "STATE", [](const Process& p, const Context&) { return p.field(3); }},
    {"time", "TIME", [](const Process& p, const Context&) { return span_text(seconds_of(p)); }},
    {"tty", "TTY", [](const Process& p, const Context&) { return terminal_of(p); }},
    {"user", "USER", [](const Process& p, const Context& c) { return user_at(p, c, kEffective); }},
    {"vsz",
     "VSZ",
     [](const Process& p, const Context&) { return std::to_string(p.number(23) / 1024); }},
};

std::vector<const Column*> columns_of(const std::vector<std::string>& descriptors) {
  std::vector<const Column*> columns;
  for (const auto& list : descriptors) {
    for (const auto& name : base::split(list, ',')) {
      const auto* found = std::find_if(std::begin(kColumns),
                                       std::end(kColumns),
                                       [&](const Column& c) { return c.name == name; });
      if (found == std::end(kColumns)) client_fail("unknown descriptor \"{}\"", name);
      columns.push_back(found);
    }
  }
  return columns;
}

Context context_of(pid_t init) {
  Context context;
  context.init = init;
  const auto root = base::open_file(fmt::format("/proc/{}/root", init), O_PATH | O_DIRECTORY);
  const auto host = base::open_file("/", O_PATH | O_DIRECTORY);
  context.users = read_names(root.get(), "/etc/passwd");
  context.groups = read_names(root.get(), "/etc/group");
  context.host_users = read_names(host.get(), "/etc/passwd");
  context.host_groups = read_names(host.get(), "/etc/group");
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  context.uptime = static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
  return context;
}

}  // namespace

std::string top_table(const std::set<pid_t>& pids,
                      pid_t init,
                      const std::vector<std::string>& descriptors) {
  static const std::vector<std::string> kUsual = {"user,pid,ppid,pcpu,etime,tty,time,args"};
  const auto columns = columns_of(descriptors.empty() ? kUsual : descriptors);
  const Context context = context_of(init);
  const auto line_of = [&](const auto& cell) {
    std::vector<std::string> cells;
    for (const Column* column : columns) cells.push_back(cell(*column));
    return base::join(cells, "\t") + "\n";
  };
  std::string table = line_of([](const Column& column) { return std::string(column.title); });
  for (const pid_t pid : pids) {
    if (const auto process = read_process(pid))
      table += line_of([&](const Column& column) { return column.cell(*process, context); });
  }
  return table;
}

}  // namespace cli
