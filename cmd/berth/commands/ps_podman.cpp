// SPDX-License-Identifier: Apache-2.0
#include "commands/ps_podman.hpp"

#include <algorithm>
#include <array>
#include <poll.h>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/interrupt.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "commands/podman_words.hpp"
#include "commands/ps_podman_rows.hpp"
#include "render/go_format.hpp"

namespace cli {

namespace {

using base::Json;

constexpr std::array<std::string_view, 8> kSorts =
    {"command", "created", "id", "image", "names", "runningfor", "size", "status"};

render::Listing listing_of(const PsFlags& flags) {
  render::Listing listing;
  listing.style = render::Style::podman;
  if (flags.namespaces) {
    listing.table =
        "{{.ID}}\t{{.Names}}\t{{.Pid}}\t{{.Cgroup}}\t{{.IPC}}\t{{.MNT}}\t{{.NET}}\t{{.PIDNS}}\t{{."
        "User}}\t{{.UTS}}";
  } else {
    listing.table =
        "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.CreatedHuman}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}";
    if (flags.pod) listing.table += "\t{{.Pod}}\t{{.PodName}}";
    if (flags.size) listing.table += "\t{{.Size}}";
  }
  listing.headers = {{"ID", "CONTAINER ID"},
                     {"Image", "IMAGE"},
                     {"Command", "COMMAND"},
                     {"Created", "CREATED"},
                     {"CreatedHuman", "CREATED"},
                     {"CreatedAt", "CREATED AT"},
                     {"Status", "STATUS"},
                     {"State", "STATE"},
                     {"Ports", "PORTS"},
                     {"Names", "NAMES"},
                     {"Size", "SIZE"},
                     {"Labels", "LABELS"},
                     {"Mounts", "MOUNTS"},
                     {"Networks", "NETWORKS"},
                     {"Pod", "POD ID"},
                     {"PodName", "PODNAME"},
                     {"Pid", "PID"},
                     {"Restarts", "RESTARTS"},
                     {"Cgroup", "CGROUPNS"},
                     {"IPC", "IPC"},
                     {"MNT", "MNT"},
                     {"NET", "NET"},
                     {"PIDNS", "PIDNS"},
                     {"User", "USERNS"},
                     {"UTS", "UTS"},
                     {"RunningFor", "RUNNING FOR"},
                     {"AutoRemove", "AUTO REMOVE"},
                     {"CIDFile", "CID FILE"},
                     {"ExitCode", "EXIT CODE"},
                     {"Exited", "EXITED"},
                     {"ExitedAt", "EXITED AT"},
                     {"ExposedPorts", "EXPOSED PORTS"},
                     {"ImageID", "IMAGE ID"},
                     {"IsInfra", "IS INFRA"},
                     {"StartedAt", "STARTED AT"},
                     {"Namespaces", "NAMESPACES"}};
  listing.type = "containers.psReporter";
  listing.name = "ps";
  listing.heading = !flags.noheading;
  listing.methods = {{"Label", podman_label}};
  return listing;
}

void check(const PsFlags& flags) {
  if (flags.list.last > 0 && flags.latest) client_fail("last and latest are mutually exclusive");
  if (flags.quiet && (flags.size || flags.namespaces))
    client_fail("quiet conflicts with size and namespace");
  if (flags.size && flags.namespaces) client_fail("size and namespace options conflict");
  if (flags.watch > 0 && flags.latest)
    client_fail("the watch and latest flags cannot be used together");
}

bool is_json(const std::string& format) {
  return base::trim(format) == "json";
}

/// Ids alone need no rows. Oldest first, whichever are shown.
void print_ids(const std::vector<container::Listed>& listed, bool no_trunc) {
  std::string text;
  for (auto l = listed.rbegin(); l != listed.rend(); ++l)
    text += (no_trunc ? l->record.id : base::short_id(l->record.id)) + "\n";
  render::print(text);
}

void print_json(PodmanPsRows& rows) {
  auto all = Json::array();
  for (std::size_t i = 0; i < rows.count(); ++i) all.push_back(rows.take_json(i));
  render::print_line(render::go_json(all, 2));
}

/// The template as render has it.
std::string template_of(const PsFlags& flags) {
  // Alone, the word is no table.
  std::string format = base::trim(flags.format) == "table" ? "{{\"table\"}}" : flags.format;
  constexpr std::string_view kNamespaces = ".Namespaces.";
  for (auto at = format.find(kNamespaces); at != std::string::npos; at = format.find(kNamespaces))
    format.replace(at, kNamespaces.size(), ".");
  return format;
}

void print_listed(container::Engine& engine,
                  const std::vector<container::Listed>& listed,
                  const PsFlags& flags) {
  if (flags.quiet && flags.format.empty() && flags.sort == "created")
    return print_ids(listed, flags.no_trunc);
  PodmanPsRows rows(engine, listed, flags, base::now());
  if (is_json(flags.format)) return print_json(rows);
  if (flags.format.find(".Size") != std::string::npos && !flags.size && !listed.empty())
    base::write_log(base::LogLevel::error, "Size format requires --size option");
  const std::string format = template_of(flags);
  render::print_rows(listing_of(flags), rows, format, flags.quiet && format.empty());
}

void print(container::Engine& engine, const PsFlags& flags) {
  const auto listed = container::list(engine, flags.list);
  print_listed(engine, listed, flags);
  container::repair(engine, listed);
}

/// The screen anew until somebody interrupts.
[[noreturn]] void watch(container::Engine& engine, const PsFlags& flags) {
  constexpr int kMilliseconds = 1000;
  for (;;) {
    render::print("\033[H\033[2J");
    print(engine, flags);
    std::fflush(stdout);
    ::poll(nullptr, 0, static_cast<int>(flags.watch) * kMilliseconds);
    base::check_interrupt();
  }
}

}  // namespace

void add_podman_ps_flags(FlagTable& table, PsFlags& flags) {
  table.add_flag("--external", flags.external, "Show containers of other tools as well");
  table.add_flag("--noheading", flags.noheading, "Do not print headers");
  table.add_flag("--ns,--namespace", flags.namespaces, "Display namespace information");
  table.add_flag("-p,--pod", flags.pod, "Print the ID and name of the pod of each container");
  table.add_flag("--sync", flags.sync, "Sync container state (it always is)");
  table
      .add_option_function<std::string>(
          "--sort",
          [&flags](const std::string& key) {
            if (std::find(kSorts.begin(), kSorts.end(), key) == kSorts.end()) {
              base::fail(base::Kind::usage,
                         "\"{}\" is not a valid value.  Choose from: \"{}\"",
                         key,
                         base::join(kSorts, ", "));
            }
            flags.sort = key;
          },
          "Sort output by: " + base::join(kSorts, ", "))
      .type_name("choice");
  table.add_option("-w,--watch", flags.watch, "Watch the output on an interval in seconds")
      .type_name("uint");
}

int ps_as_podman(Session& session, PsFlags& flags) {
  check(flags);
  if (flags.latest) flags.list.last = 1;
  flags.list.words = container::FilterWords::podman;
  if (flags.format.find(".PodName") != std::string::npos) flags.pod = true;
  if (flags.sort == "size") flags.size = true;
  if (flags.watch > 0) watch(session.engine(), flags);
  print(session.engine(), flags);
  return 0;
}

}  // namespace cli
