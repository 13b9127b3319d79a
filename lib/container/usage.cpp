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

/// The first of the files `name` that one of the cgroup's directories has. A cgroup may vanish while it is read.
class CgroupFiles {
 public:
  explicit CgroupFiles(std::vector<std::string> directories)
      : directories_(std::move(directories)) {}

  std::optional<std::string> find(const char* name) const {
    for (const auto& directory : directories_) {
      if (!base::exists(directory + "/" + name)) continue;
      try {
        return base::read_file(directory + "/" + name);
      } catch (const base::Error&) {
        continue;
      }
    }
    return std::nullopt;
  }

  std::uint64_t number(const char* name) const { return number_of(find(name).value_or("0")); }

  /// The value of "key value" in a file.
  std::uint64_t value(const char* name, const std::string& key) const {
    const auto text = find(name);
    if (!text) return 0;
    for (const auto& line : base::split(*text, '\n')) {
      const auto words = words_of(line);
      if (words.size() == 2 && words[0] == key) return number_of(words[1]);
    }
    return 0;
  }

 private:
  std::vector<std::string> directories_;
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
  if (files.find("cpuacct.usage")) {
    usage.cpu = files.number("cpuacct.usage");
    usage.cpu_system = files.value("cpuacct.stat", "system") * kTick;
  } else {
    usage.cpu = files.value("cpu.stat", "usage_usec") * kMicro;
    usage.cpu_system = files.value("cpu.stat", "system_usec") * kMicro;
  }
}

void read_memory(const CgroupFiles& files, Usage& usage) {
  const std::uint64_t host = host_memory();
  std::uint64_t limit = 0;
  if (files.find("memory.current")) {
    usage.memory =
        less(files.number("memory.current"), files.value("memory.stat", "inactive_file"));
    limit = files.number("memory.max");  // "max" is no number
  } else {
    usage.memory = less(files.number("memory.usage_in_bytes"),
                        files.value("memory.stat", "total_inactive_file"));
    limit = files.number("memory.limit_in_bytes");
  }
  usage.memory_limit = limit == 0 ? host : std::min(limit, host);
}

/// v2: "8:0 rbytes=1 wbytes=2 …" a line per device; v1: "8:0 Read 1".
void read_block(const CgroupFiles& files, Usage& usage) {
  const auto v2 = files.find("io.stat");
  const auto text = v2 ? v2 : files.find("blkio.throttle.io_service_bytes");
  if (!text) return;
  for (const auto& line : base::split(*text, '\n')) {
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
  const auto directories = cgroup_directories(taken->cgroup_manager, taken->cgroup_path);
  const CgroupFiles files(directories);
  read_cpu(files, usage);
  read_memory(files, usage);
  read_block(files, usage);
  usage.pids = files.number("pids.current");
  if (usage.pids == 0) usage.pids = cgroup_processes(directories).size();
  // The host's own traffic is not the container's.
  if (record.summary.network != "host") read_network(state.running.init.pid, usage);
  return usage;
}

}  // namespace container
