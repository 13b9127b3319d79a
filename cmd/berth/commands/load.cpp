// SPDX-License-Identifier: Apache-2.0
// berth load
#include <unistd.h>

#include "base/text.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "image/transfer.hpp"
#include "session.hpp"

namespace cli {

namespace {

int load(Session& session, image::LoadRequest request) {
  request.podman = session.is_podman();
  if (request.path.find("://") != std::string::npos) {
    if (!request.podman) require_file(session, request.path);
  } else if (!request.path.empty()) {
    require_file(session, request.path);
  } else if (::isatty(STDIN_FILENO)) {
    if (session.is_podman()) {
      client_fail("cannot read from terminal, use command-line redirection or the --input flag");
    }
    client_fail("requested load from stdin, but stdin is empty");
  }
  const auto result = image::Transfer(session.store()).load(request);
  for (const auto& name : result.names) {
    const auto& id = session.engine().images.get(name).id;
    const bool is_named = !image::is_digest(name);
    if (is_named)
      fmt::print("Loaded image: {}\n",
                 shown_name(session, image::parse_reference(name).with_default_tag().full()));
    else
      fmt::print("Loaded image ID: {}\n", name);
    // Podman's event names the archive.
    if (session.is_podman())
      record_podman_image_event(session, "loadfromarchive", id, request.path);
    else
      record_image_event(session, "load", id, is_named ? name : "");
  }
  return 0;
}

}  // namespace

void register_load(Verbs& verbs) {
  const auto request = std::make_shared<image::LoadRequest>();
  const bool is_podman = verbs.is_podman();
  verbs.add({
      .names = {"load", "image load"},
      .usage = "[OPTIONS]",
      .summary = "Load an image from a tar archive or STDIN",
      .arity = {0, 0},
      .details = "Reads what save writes, in docker-archive and OCI form, plain or compressed with "
                 "gzip, zstd, xz or bzip2; "
                 "-i also takes the directory of an OCI layout.",
      .declare =
          [request, is_podman](FlagTable& table) {
            table.add_option("-i,--input",
                             request->path,
                             is_podman ? "Read from archive file, directory or URL (default stdin)"
                                       : "Read from tar archive file, instead of STDIN");
            table.add_flag("-q,--quiet", request->quiet, "Suppress the load output");
            if (!is_podman)
              table.add_option("--platform", request->platform, "Load only the given platform");
          },
      .act = [request](Session& session, const Words&) { return load(session, *request); },
  });
}

}  // namespace cli
