// SPDX-License-Identifier: Apache-2.0
// berth commit
#include "container/commit.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/interrupt.hpp"
#include "base/text.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  container::CommitOptions commit;
  bool pause = false, no_pause = false;
  bool quiet = false;
  std::string format = "oci", iidfile, config;
};

/// Changes that Podman takes and makes nothing of: empty ones and FROM.
bool is_passed_over(const std::string& change) {
  const auto words = base::split(std::string(base::trim(change)), ' ');
  return words[0].empty() || base::upper(words[0]) == "FROM";
}

void check(Session& session, Flags& flags) {
  if (!session.is_podman()) return;
  if (flags.format != "oci" && flags.format != "docker")
    client_fail("unrecognized image format \"{}\"", flags.format);
  std::erase_if(flags.commit.changes, is_passed_over);
  flags.commit.docker_format = flags.format == "docker";
  flags.commit.podman = true;
  flags.commit.tells = !flags.quiet;
  if (!flags.commit.message.empty() && !flags.commit.docker_format)
    client_fail("messages are only compatible with the docker image format (-f docker)");
}

container::CommitPause pause_of(const Session& session, const Flags& flags) {
  using container::CommitPause;
  if (session.is_podman()) return flags.pause ? CommitPause::always : CommitPause::never;
  return flags.pause && !flags.no_pause ? CommitPause::if_possible : CommitPause::never;
}

base::Json read_config(const std::string& path) {
  constexpr std::size_t kMost = 1 << 20;
  const auto text = base::find_file_text(path);
  if (!text) client_fail("open {}: no such file or directory", path);
  if (text->size() > kMost) client_fail("{} is larger than {} bytes", path, kMost);
  auto config = base::parse_json(*text, path);
  if (!config.is_object()) client_fail("{} holds no JSON object", path);
  return config;
}

/// Empty when none is given.
std::string target(const Session& session, const Words& words) {
  if (words.size() < 2) return "";
  try {
    return new_name(session, words[1]).full();
  } catch (const base::Error& e) {
    if (!session.is_podman()) throw ClientError(e.message());
    client_fail("parsing reference \"{}\": {}", words[1], e.message());
  }
}

int commit(Session& session, Flags flags, const Words& words) {
  check(session, flags);
  flags.commit.reference = target(session, words);
  flags.commit.pause = pause_of(session, flags);
  if (!flags.config.empty()) flags.commit.config = read_config(flags.config);
  // Interrupted, it must let the container go on.
  base::catch_interrupts();
  const auto id = container::commit(session.engine(), words[0], flags.commit);
  const auto shown = session.is_podman() ? id.substr(id.find(':') + 1) : id;
  if (!flags.iidfile.empty()) base::replace_file(flags.iidfile, shown);
  render::print_line(shown);
  return 0;
}

void declare_docker(FlagTable& table, Flags& flags) {
  flags.pause = true;
  table.add_flag("--no-pause", flags.no_pause, "Disable pausing container during commit");
  table.add_flag_function(
      "-p,--pause",
      [&flags](std::int64_t count) {
        flags.pause = count > 0;
        // Where docker 29 prints it.
        fmt::print(
            "Flag --pause has been deprecated, and enabled by default. Use --no-pause to "
            "disable pausing during commit.\n");
      },
      "Pause container during commit (deprecated: use --no-pause instead)");
}

void declare_podman(FlagTable& table, Flags& flags) {
  table.add_option("-f,--format", flags.format, "Format of the image manifest and metadata");
  table.add_option(
      "--config", flags.config, "Merge the image configuration of this JSON file into the image's");
  table.add_option("--iidfile", flags.iidfile, "File to write the image ID to");
  table.add_flag("--include-volumes",
                 flags.commit.include_volumes,
                 "Include container volumes as image volumes");
  table.add_flag("-p,--pause", flags.pause, "Pause container during commit");
  table.add_flag("-q,--quiet", flags.quiet, "Suppress output");
  table.add_flag(
      "-s,--squash", flags.commit.squash, "Squash newly built layers into a single new layer");
}

}  // namespace

void register_commit(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  const bool podman = verbs.is_podman();
  verbs.add({
      .names = {"commit", "container commit"},
      .usage = "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
      .summary = "Create a new image from a container's changes",
      .arity = {1, 2},
      .completes = Completes::containers,
      .declare =
          [flags, podman](FlagTable& table) {
            table.add_option("-a,--author",
                             flags->commit.author,
                             "Author (e.g., \"John Hannibal Smith <hannibal@a-team.com>\")");
            table
                .add_list("-c,--change",
                          flags->commit.changes,
                          "Apply Dockerfile instruction to the created image")
                .type_name("list");
            table.add_option("-m,--message", flags->commit.message, "Commit message");
            podman ? declare_podman(table, *flags) : declare_docker(table, *flags);
          },
      .act = [flags](Session& session,
                     const Words& words) { return commit(session, *flags, words); },
  });
}

}  // namespace cli
