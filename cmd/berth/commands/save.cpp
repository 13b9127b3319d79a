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

int save(Session& session, image::SaveRequest request, const Words& words) {
  check_output(session, request.path);
  request.images = words;
  image::Transfer(session.store()).save(request);
  return 0;
}

}  // namespace

void register_save(Verbs& verbs) {
  const auto request = std::make_shared<image::SaveRequest>();
  request->format = "docker-archive";
  const bool is_podman = verbs.is_podman();
  verbs.add({
      .names = {"save", "image save"},
      .usage = "[OPTIONS] IMAGE [IMAGE...]",
      .summary = "Save one or more images to a tar archive (streamed to STDOUT by default)",
      .arity = {1, -1},
      .completes = Completes::images,
      .declare =
          [request, is_podman](FlagTable& table) {
            table.add_option("-o,--output", request->path, "Write to a file, instead of STDOUT");
            table.add_option(
                "--format",
                request->format,
                "docker-archive, oci-archive, oci-dir or docker-dir (directories need -o)");
            table.add_flag("--compress", request->compress, "Compress the layers of a docker-dir");
            if (!is_podman)
              table.add_option("--platform", request->platform, "Save only the given platform");
          },
      .act = [request](Session& session,
                       const Words& words) { return save(session, *request, words); },
  });
}

}  // namespace cli
