// SPDX-License-Identifier: Apache-2.0
// berth stats
#include <poll.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "commands/list.hpp"
#include "commands/stats_rows.hpp"
#include "container/listing.hpp"
#include "options/parse.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  bool all = false, no_stream = false, no_trunc = false, latest = false, no_reset = false;
  int interval = 5;  ///< seconds; podman's
  std::string format;
};

constexpr int kSampleMilliseconds = 1000;

render::Listing listing_of(bool podman) {
  render::Listing listing;
  if (podman) {
    listing.table =
        "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t"
        "{{.PIDS}}\t{{.UpTime}}\t{{.AVGCPU}}";
    listing.type = "containers.containerStats";
    listing.style = render::Style::podman;
  } else {
    listing.table =
        "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t"
        "{{.PIDs}}";
    listing.type = "*container.statsContext";
  }
  listing.headers = {{"ID", podman ? "ID" : "CONTAINER ID"},
                     {"Container", "CONTAINER"},
                     {"Name", "NAME"},
                     {"CPUPerc", "CPU %"},
                     {"MemUsage", "MEM USAGE / LIMIT"},
                     {"MemUsageBytes", "MEM USAGE / LIMIT"},
                     {"MemPerc", "MEM %"},
                     {"NetIO", podman ? "NET IO" : "NET I/O"},
                     {"BlockIO", podman ? "BLOCK IO" : "BLOCK I/O"},
                     {"PIDs", "PIDS"},
                     {"PIDS", "PIDS"},
                     {"UpTime", "CPU TIME"},
                     {"AVGCPU", "AVG CPU %"}};
  listing.name = "stats";
  return listing;
}

base::Json row_of(const Session& session, const Flags& flags, const Sample& sample) {
  if (!session.is_podman()) return docker_stats(sample, flags.no_trunc);
  if (flags.format == "json") return podman_stats_json(sample);
  if (flags.format.find("json .}") != std::string::npos) return podman_stats_numbers(sample);
  return podman_stats(sample, flags.no_trunc);
}

/// What is looked at in this round: the named ones, or those that run just now.
std::vector<Sample> find_samples(Session& session, const Flags& flags, const Words& words) {
  auto& engine = session.engine();
  std::vector<Sample> samples;
  const auto add = [&](const container::Record& record, const std::string& asked) {
    samples.push_back({record, asked, {}, container::usage_of(engine, record)});
  };
  if (words.empty()) {
    container::ListOptions options;
    options.all = flags.all;
    options.last = flags.latest ? 1 : 0;
    for (const auto& listed : container::list(engine, options))
      add(listed.record, listed.record.id);
    return samples;
  }
  for (const auto& word : words) {
    const auto record = engine.containers.find(word);
    if (!record && session.is_podman()) {
      client_fail(
          "unable to get list of containers: unable to look up container {0}: no container "
          "with name or ID \"{0}\" found: no such container",
          word);
    }
    add(record ? *record : engine.containers.get(word), word);
  }
  return samples;
}

void wait_for(int milliseconds) {
  std::fflush(stdout);
  ::poll(nullptr, 0, milliseconds);
  base::check_interrupt();
}

/// Reads the same containers again; `before` stays, so that rates can be told.
void sample_again(Session& session, std::vector<Sample>& samples) {
  for (auto& sample : samples) {
    if (sample.now.running) sample.before = sample.now;
    sample.now = container::usage_of(session.engine(), sample.record);
  }
}

/// Reads those that there are now: containers come and go. What is known of those that stay gives their rates.
void sample_present(Session& session, const Flags& flags, std::vector<Sample>& samples) {
  auto found = find_samples(session, flags, {});
  for (auto& sample : found) {
    for (const auto& old : samples) {
      if (old.record.id == sample.record.id) sample.before = old.now;
    }
  }
  samples = std::move(found);
}

void print(Session& session, const Flags& flags, const std::vector<Sample>& samples) {
  std::vector<base::Json> rows;
  for (const auto& sample : samples) rows.push_back(row_of(session, flags, sample));
  render::print_listing(listing_of(session.is_podman()), std::move(rows), flags.format);
  std::fflush(stdout);
}

int stats(Session& session, const Flags& flags, const Words& words) {
  const bool podman = session.is_podman();
  if (podman && (flags.all ? 1 : 0) + (flags.latest ? 1 : 0) + (words.empty() ? 0 : 1) > 1)
    client_fail("--all, --latest and containers cannot be used together");
  auto samples = find_samples(session, flags, words);
  wait_for(kSampleMilliseconds);
  sample_again(session, samples);
  print(session, flags, samples);
  while (!flags.no_stream) {
    wait_for(podman ? flags.interval * 1000 : kSampleMilliseconds);
    if (words.empty())
      sample_present(session, flags, samples);
    else
      sample_again(session, samples);
    // The screen is cleared for each round, as both do.
    if (!(podman && flags.no_reset)) render::print("\033[2J\033[H");
    print(session, flags, samples);
  }
  return 0;
}

}  // namespace

void register_stats(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  verbs.add({
      .names = {"stats", "container stats"},
      .usage = "[OPTIONS] [CONTAINER...]",
      .summary = "Display a live stream of container(s) resource usage statistics",
      .completes = Completes::running_containers,
      .needs_user_namespace = false,
      .declare =
          [flags, podman = verbs.is_podman()](FlagTable& table) {
            table.add_flag(
                "-a,--all", flags->all, "Show all containers (default shows just running)");
            table.add_option("--format", flags->format, "Format output using a custom template");
            table.add_flag("--no-stream",
                           flags->no_stream,
                           "Disable streaming stats and only pull the first result");
            table.add_flag("--no-trunc", flags->no_trunc, "Do not truncate output");
            if (!podman) return;
            table.add_flag("-l,--latest", flags->latest, "Act on the latest container");
            table.add_flag(
                "--no-reset", flags->no_reset, "Disable resetting the screen between intervals");
            table
                .add_option_function<std::string>(
                    "-i,--interval",
                    [flags](const std::string& text) {
                      flags->interval = static_cast<int>(parse_integer(text));
                      if (flags->interval < 1)
                        client_fail("invalid interval, must be a positive number greater zero");
                    },
                    "Time in seconds between stats reports")
                .type_name("int");
          },
      .act = [flags](Session& session,
                     const Words& words) { return stats(session, *flags, words); },
  });
}

}  // namespace cli
