// SPDX-License-Identifier: Apache-2.0
// berth save
#include <unistd.h>

#include "base/sys.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "image/transfer.hpp"
#include "session.hpp"

namespace cli {

namespace {

/// What docker's client refuses before anything is read.
void check_output(const Session& session, const std::string& path) {
  if (path.empty()) {
    if (!::isatty(STDOUT_FILENO)) return;
    if (session.is_podman()) client_fail("refusing to save to terminal. Use -o flag or redirect");
    client_fail("cowardly refusing to save to a terminal. Use the -o flag or redirect");
  }
  const auto slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return;
  const std::string directory = path.substr(0, slash);
  if (base::is_directory(directory)) return;
  if (session.is_podman()) {
    client_fail("opening file \"{}\": open {}: no such file or directory", path, path);
  }
  client_fail("failed to save image: invalid output path: stat {}: no such file or directory",
              directory);
}

struct Flags {
  image::SaveRequest request;
  bool quiet = false;
  bool several = false;  ///< what podman needs to be told: each name is an image
};

/// What podman's client says of its flags.
void check_podman(const Flags& flags, const Words& words) {
  if (words.empty()) client_fail("need at least 1 argument");
  const auto& format = flags.request.format;
  const bool is_archive = format.ends_with("-archive");
  if (format != "docker-archive" && format != "oci-archive" && format != "oci-dir" &&
      format != "docker-dir") {
    client_fail("unknown format \"{}\"", format);
  }
  if (flags.request.compress && is_archive)
    client_fail("--compress can only be set when --format is 'docker-dir'");
  if (flags.several && format != "docker-archive")
    client_fail("multi-image archives can only be created in the docker-archive format");
}

int save(Session& session, const Flags& flags, const Words& words) {
  image::SaveRequest request = flags.request;
  if (session.is_podman()) check_podman(flags, words);
  check_output(session, request.path);
  request.images = words;
  request.podman = session.is_podman();
  request.tells = request.podman && !flags.quiet;
  image::Transfer(session.store()).save(request);
  for (const auto& name : words)
    record_podman_image_event(session, "save", session.engine().images.get(name).id, request.path);
  return 0;
}

void declare(FlagTable& table, Flags& flags, bool is_podman) {
  table.add_option("-o,--output", flags.request.path, "Write to a file, instead of STDOUT");
  table.add_option("--format",
                   flags.request.format,
                   "docker-archive, oci-archive, oci-dir or docker-dir (directories need -o)");
  table.add_flag("--compress", flags.request.compress, "Compress the layers of a docker-dir");
  table.add_flag("--uncompressed",
                 flags.request.uncompressed,
                 "Leave the layers of an OCI format as plain tars");
  if (is_podman) {
    table.add_flag("-m,--multi-image-archive",
                   flags.several,
                   "Take further names for further images, as is done in any case");
    table.add_flag("-q,--quiet", flags.quiet, "Suppress the output");
  } else {
    table.add_option("--platform", flags.request.platform, "Save only the given platform");
  }
}

}  // namespace

void register_save(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  flags->request.format = "docker-archive";
  const bool is_podman = verbs.is_podman();
  verbs.add({
      .names = {"save", "image save"},
      .usage = "[OPTIONS] IMAGE [IMAGE...]",
      .summary = "Save one or more images to a tar archive (streamed to STDOUT by default)",
      .arity = {is_podman ? 0 : 1, -1},
      .completes = Completes::images,
      .declare = [flags, is_podman](FlagTable& table) { declare(table, *flags, is_podman); },
      .act = [flags](Session& session, const Words& words) { return save(session, *flags, words); },
  });
}

}  // namespace cli
