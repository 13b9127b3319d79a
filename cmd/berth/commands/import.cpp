// SPDX-License-Identifier: Apache-2.0
// berth import
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "image/transfer.hpp"
#include "session.hpp"

namespace cli {

namespace {

int import(Session& session, image::ImportRequest request, const Words& words) {
  request.path = words[0];
  if (words.size() > 1) request.reference = new_name(session, words[1]).full();
  const bool is_file = request.path != "-" && request.path.find("://") == std::string::npos;
  if (is_file) require_file(session, request.path);
  const auto result = image::Transfer(session.store()).import(request);
  fmt::print("{}\n", result.image);
  record_image_event(session, "import", result.image, request.reference);
  return 0;
}

}  // namespace

void register_import(Verbs& verbs) {
  const auto request = std::make_shared<image::ImportRequest>();
  verbs.add({
      .names = {"import", "image import"},
      .usage = "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
      .summary = "Import the contents from a tarball to create a filesystem image",
      .arity = {1, 2},
      .completes = Completes::files,
      .declare =
          [request](FlagTable& table) {
            table
                .add_list("-c,--change",
                          request->changes,
                          "Apply Dockerfile instruction to the created image")
                .type_name("list");
            table.add_option(
                "-m,--message", request->message, "Set commit message for imported image");
            table.add_option("--platform",
                             request->platform,
                             "Set platform if server is multi-platform capable");
          },
      .act = [request](Session& session,
                       const Words& words) { return import(session, *request, words); },
  });
}

}  // namespace cli
