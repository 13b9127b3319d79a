// SPDX-License-Identifier: Apache-2.0
#include "container/usage.hpp"

#include <algorithm>
#include <sys/sysinfo.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/cgroup.hpp"
#include "container/cgroup_host.hpp"
#include "container/cgroup_tree.hpp"
#include "container/start.hpp"

namespace container {

namespace {

std::uint64_t number_of(const std::string& text) {
  return base::parse_number<std::uint64_t>(std::string(base::trim(text))).value_or(0);
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  for (const auto& word : base::split(line, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

/// The value of a line "key value".
std::uint64_t value_of(const std::string& text, std::string_view key) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line(text.data() + at, end - at);
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ')
      return number_of(std::string(line.substr(key.size() + 1)));
    at = end + 1;
  }
  return 0;
}

/// The files of one container's cgroup, which may vanish while it is read.
class CgroupFiles {
 public:
  CgroupFiles(const std::string& manager, const std::string& path)
      : manager_(manager), path_(path) {}

  /// Of the file "CONTROLLER.REST"; empty where there is none.
  std::string text(std::string_view name) const {
    const auto directory = controller_directory(manager_, path_, name.substr(0, name.find('.')));
    if (directory.empty()) return {};
    try {
      return base::find_file_text(fmt::format("{}/{}", directory, name)).value_or("");
    } catch (const base::Error&) {
      return {};
    }
  }

  std::size_t processes() const {
    return cgroup_processes(cgroup_directories(manager_, path_)).size();
  }

 private:
  const std::string& manager_;
  const std::string& path_;
};

std::uint64_t host_memory() {
  struct sysinfo info {};

  return ::sysinfo(&info) == 0 ? std::uint64_t{info.totalram} * info.mem_unit : 0;
}

std::uint64_t less(std::uint64_t from, std::uint64_t what) {
  return from > what ? from - what : 0;
}

void read_cpu(const CgroupFiles& files, Usage& usage) {
  constexpr std::uint64_t kMicro = 1000, kTick = 10'000'000;
  if (this_host().v2) {
    const auto text = files.text("cpu.stat");
    usage.cpu = value_of(text, "usage_usec") * kMicro;
    usage.cpu_system = value_of(text, "system_usec") * kMicro;
  } else {
    usage.cpu = number_of(files.text("cpuacct.usage"));
    usage.cpu_system = value_of(files.text("cpuacct.stat"), "system") * kTick;
  }
}

void read_memory(const CgroupFiles& files, Usage& usage) {
  const std::uint64_t host = host_memory();
  std::uint64_t limit = 0;
  const auto stat = files.text("memory.stat");
  if (this_host().v2) {
    usage.memory = less(number_of(files.text("memory.current")), value_of(stat, "inactive_file"));
    limit = number_of(files.text("memory.max"));  // "max" is no number
  } else {
    usage.memory =
        less(number_of(files.text("memory.usage_in_bytes")), value_of(stat, "total_inactive_file"));
    limit = number_of(files.text("memory.limit_in_bytes"));
  }
  usage.memory_limit = limit == 0 ? host : std::min(limit, host);
}

/// v2: "8:0 rbytes=1 wbytes=2 …" a line per device; v1: "8:0 Read 1".
void read_block(const CgroupFiles& files, Usage& usage) {
  const bool v2 = this_host().v2;
  const auto text = files.text(v2 ? "io.stat" : "blkio.throttle.io_service_bytes");
  for (const auto& line : base::split(text, '\n')) {
    const auto words = words_of(line);
    if (!v2 && words.size() == 3 && words[1] == "Read") usage.block_read += number_of(words[2]);
    if (!v2 && words.size() == 3 && words[1] == "Write") usage.block_write += number_of(words[2]);
    for (const auto& word : words) {
      const auto [key, value] = base::split_pair(word, '=');
      if (key == "rbytes") usage.block_read += number_of(value.value_or(""));
      if (key == "wbytes") usage.block_write += number_of(value.value_or(""));
    }
  }
}

/// "eth0: bytes packets errs drop fifo frame compressed multicast" and the same again for what was sent.
void read_network(pid_t init, Usage& usage) {
  const auto text = base::find_file_text(fmt::format("/proc/{}/net/dev", init));
  if (!text) return;
  for (const auto& line : base::split(*text, '\n')) {
    const auto [name, rest] = base::split_pair(line, ':');
    const auto words = words_of(rest.value_or(""));
    const std::string interface(base::trim(name));
    if (words.size() < 12 || interface == "lo") continue;
    usage.network[interface] = {number_of(words[0]),
                                number_of(words[1]),
                                number_of(words[2]),
                                number_of(words[3]),
                                number_of(words[8]),
                                number_of(words[9]),
                                number_of(words[10]),
                                number_of(words[11])};
  }
}

}  // namespace

Usage usage_of(Engine& engine, const Record& record) {
  Usage usage;
  usage.time = base::now();
  const State state = state_of(engine, record);
  const auto taken = state.is_running() ? read_taken(engine, record.id) : std::nullopt;
  if (!taken) return usage;
  usage.running = true;
  usage.started = state.started;
  const CgroupFiles files(taken->cgroup_manager, taken->cgroup_path);
  read_cpu(files, usage);
  read_memory(files, usage);
  read_block(files, usage);
  usage.pids = number_of(files.text("pids.current"));
  if (usage.pids == 0) usage.pids = files.processes();
  // The host's own traffic is not the container's.
  if (record.summary.network != "host") read_network(state.running.init.pid, usage);
  return usage;
}

}  // namespace container
