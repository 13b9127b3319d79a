// SPDX-License-Identifier: Apache-2.0
#include "commands/stats_rows.hpp"

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/time.hpp"

namespace cli {

namespace {

using container::Usage;
using nlohmann::json;

double as_double(std::uint64_t number) {
  return static_cast<double>(number);
}

/// Share of one CPU between the samples, in percent.
double cpu_percent(const Sample& s) {
  const double span = static_cast<double>((s.now.time - s.before.time).count());
  if (!s.now.running || span <= 0 || s.now.cpu < s.before.cpu) return 0;
  return 100 * as_double(s.now.cpu - s.before.cpu) / span;
}

double average_percent(const Sample& s) {
  const double span = static_cast<double>((s.now.time - s.now.started).count());
  return s.now.running && span > 0 ? 100 * as_double(s.now.cpu) / span : 0;
}

double memory_percent(const Usage& u) {
  return u.memory_limit == 0 ? 0 : 100 * as_double(u.memory) / as_double(u.memory_limit);
}

container::InterfaceUsage total(const Usage& usage) {
  container::InterfaceUsage sum;
  for (const auto& [name, one] : usage.network) {
    sum.rx_bytes += one.rx_bytes;
    sum.tx_bytes += one.tx_bytes;
  }
  return sum;
}

std::string pair_text(std::uint64_t in, std::uint64_t out) {
  return base::human_size(as_double(in), 3) + " / " + base::human_size(as_double(out), 3);
}

std::string percent_text(double percent) {
  return fmt::format("{:.2f}%", percent);
}

std::string id_text(const Sample& s, bool no_trunc) {
  return no_trunc ? s.record.id : base::short_id(s.record.id);
}

std::string time_text(std::uint64_t nanoseconds) {
  return base::duration_text(std::chrono::microseconds(nanoseconds / 1000));
}

}  // namespace

json docker_stats(const Sample& s, bool no_trunc) {
  const auto network = total(s.now);
  return {{"Container", s.asked},
          {"Name", s.record.name},
          {"ID", id_text(s, no_trunc)},
          {"CPUPerc", percent_text(cpu_percent(s))},
          {"MemUsage",
           base::binary_size(as_double(s.now.memory)) + " / " +
               base::binary_size(as_double(s.now.memory_limit))},
          {"MemPerc", percent_text(memory_percent(s.now))},
          {"NetIO", pair_text(network.rx_bytes, network.tx_bytes)},
          {"BlockIO", pair_text(s.now.block_read, s.now.block_write)},
          {"PIDs", std::to_string(s.now.pids)}};
}

json podman_stats(const Sample& s, bool no_trunc) {
  const auto network = total(s.now);
  return {{"ID", id_text(s, no_trunc)},
          {"Name", s.record.name},
          {"CPUPerc", percent_text(cpu_percent(s))},
          {"MemUsage",
           base::human_size(as_double(s.now.memory)) + " / " +
               base::human_size(as_double(s.now.memory_limit))},
          {"MemUsageBytes",
           base::binary_size(as_double(s.now.memory)) + " / " +
               base::binary_size(as_double(s.now.memory_limit))},
          {"MemPerc", percent_text(memory_percent(s.now))},
          {"NetIO", pair_text(network.rx_bytes, network.tx_bytes)},
          {"BlockIO", pair_text(s.now.block_read, s.now.block_write)},
          {"PIDS", std::to_string(s.now.pids)},
          {"UpTime", time_text(s.now.cpu)},
          {"AVGCPU", percent_text(average_percent(s))}};
}

json podman_stats_json(const Sample& s) {
  const json row = podman_stats(s, false);
  return {{"id", row["ID"]},
          {"name", row["Name"]},
          {"cpu_time", row["UpTime"]},
          {"cpu_percent", row["CPUPerc"]},
          {"avg_cpu", row["AVGCPU"]},
          {"mem_usage", row["MemUsage"]},
          {"mem_percent", row["MemPerc"]},
          {"net_io", row["NetIO"]},
          {"block_io", row["BlockIO"]},
          {"pids", row["PIDS"]}};
}

json podman_stats_numbers(const Sample& s) {
  json network = json::object();
  for (const auto& [name, u] : s.now.network) {
    network[name] = {{"RxBytes", u.rx_bytes},
                     {"RxDropped", u.rx_dropped},
                     {"RxErrors", u.rx_errors},
                     {"RxPackets", u.rx_packets},
                     {"TxBytes", u.tx_bytes},
                     {"TxDropped", u.tx_dropped},
                     {"TxErrors", u.tx_errors},
                     {"TxPackets", u.tx_packets}};
  }
  return {{"AvgCPU", average_percent(s)},
          {"ContainerID", s.record.id},
          {"Name", s.record.name},
          {"CPU", cpu_percent(s)},
          {"CPUNano", s.now.cpu},
          {"CPUSystemNano", s.now.cpu_system},
          {"SystemNano", s.now.time.time_since_epoch().count()},
          {"MemUsage", s.now.memory},
          {"MemLimit", s.now.memory_limit},
          {"MemPerc", memory_percent(s.now)},
          {"Network", network},
          {"BlockInput", s.now.block_read},
          {"BlockOutput", s.now.block_write},
          {"PIDs", s.now.pids},
          {"UpTime", s.now.cpu},
          {"Duration", s.now.cpu}};
}

}  // namespace cli
