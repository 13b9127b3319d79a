// SPDX-License-Identifier: Apache-2.0
// berth export
#include <optional>
#include <unistd.h>

#include "base/error.hpp"
#include "base/output_file.hpp"
#include "base/sys.hpp"
#include "commands/list.hpp"
#include "container/events.hpp"
#include "container/files.hpp"
#include "container/user_mapping.hpp"
#include "image/transfer.hpp"
#include "session.hpp"

namespace cli {

namespace {

/// What the clients refuse before anything is read.
void check_output(const Session& session, const std::string& path) {
  if (path.empty()) {
    if (!::isatty(STDOUT_FILENO)) return;
    if (session.is_podman()) client_fail("refusing to export to terminal. Use -o flag or redirect");
    client_fail("cowardly refusing to save to a terminal. Use the -o flag or redirect");
  }
  const auto slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return;
  const std::string directory = path.substr(0, slash);
  if (base::is_directory(directory)) return;
  if (session.is_podman()) client_fail("open {}: no such file or directory", path);
  client_fail("failed to export container: invalid output path: directory \"{}\" does not exist",
              directory);
}

int export_container(Session& session, const std::string& path, const std::string& name) {
  check_output(session, path);
  auto& engine = session.engine();
  const container::Files files(engine, name, container::Files::With::rootfs);
  std::optional<base::OutputFile> file;
  if (!path.empty()) file.emplace(path);
  image::CopyRequest request;
  request.with_top = false;
  request.to_archive = true;
  const auto details = engine.containers.details(files.record().id);
  request.mapping = container::user_mapping(details.options.namespaces);
  image::Transfer(session.store()).copy(request, {files.root(), file ? file->fd() : STDOUT_FILENO});
  if (file) file->commit();
  container::record_event(
      engine.store,
      {"container",
       "export",
       files.record().id,
       {{"image", files.record().summary.image_name}, {"name", files.record().name}}});
  return 0;
}

}  // namespace

void register_export(Verbs& verbs) {
  const auto path = std::make_shared<std::string>();
  verbs.add({
      .names = {"export", "container export"},
      .usage = "[OPTIONS] CONTAINER",
      .summary = "Export a container's filesystem as a tar archive",
      .arity = {1, 1},
      .completes = Completes::containers,
      .declare =
          [path](FlagTable& table) {
            table.add_option("-o,--output", *path, "Write to a file, instead of STDOUT");
          },
      .act = [path](Session& session,
                    const Words& words) { return export_container(session, *path, words[0]); },
  });
}

}  // namespace cli
