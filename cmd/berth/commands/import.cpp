// SPDX-License-Identifier: Apache-2.0
// berth import
#include "base/sys.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "image/transfer.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  image::ImportRequest request;
  std::string os, arch, variant;
  bool quiet = false;
};

int import(Session& session, const Flags& flags, const Words& words) {
  image::ImportRequest request = flags.request;
  request.path = words[0];
  if (words.size() > 1) request.reference = new_name(session, words[1]).full();
  if (request.platform.empty())
    request.platform = platform_text(flags.os, flags.arch, flags.variant);
  request.podman = session.is_podman();
  request.tells = request.podman && !flags.quiet;
  const bool is_file = request.path != "-" && request.path.find("://") == std::string::npos;
  if (is_file && request.podman && !base::exists(request.path))
    client_fail("error opening \"{0}\": open {0}: no such file or directory", request.path);
  if (is_file) require_file(session, request.path);
  const auto result = image::Transfer(session.store()).import(request);
  fmt::print("{}\n", result.image);
  record_image_event(session, "import", result.image, request.reference);
  return 0;
}

void declare(FlagTable& table, Flags& flags, bool is_podman) {
  table
      .add_list(
          "-c,--change", flags.request.changes, "Apply Dockerfile instruction to the created image")
      .type_name("list");
  table.add_option("-m,--message", flags.request.message, "Set commit message for imported image");
  if (!is_podman) {
    table.add_option(
        "--platform", flags.request.platform, "Set platform if server is multi-platform capable");
    return;
  }
  table.add_option("--os", flags.os, "Set the OS of the imported image");
  table.add_option("--arch", flags.arch, "Set the architecture of the imported image");
  table.add_option("--variant", flags.variant, "Set the variant of the imported image");
  table.add_flag("-q,--quiet", flags.quiet, "Suppress output");
}

}  // namespace

void register_import(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  const bool is_podman = verbs.is_podman();
  verbs.add({
      .names = {"import", "image import"},
      .usage = verbs.is_podman() ? "[OPTIONS] PATH [REFERENCE]"
                                 : "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
      .summary = "Import the contents from a tarball to create a filesystem image",
      .arity = {1, 2},
      .completes = Completes::files,
      .declare = [flags, is_podman](FlagTable& table) { declare(table, *flags, is_podman); },
      .act = [flags](Session& session,
                     const Words& words) { return import(session, *flags, words); },
  });
}

}  // namespace cli
