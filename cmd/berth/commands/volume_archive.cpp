// SPDX-License-Identifier: Apache-2.0
// podman volume export, podman volume import
#include <optional>
#include <unistd.h>

#include "base/error.hpp"
#include "base/output_file.hpp"
#include "base/sys.hpp"
#include "commands/list.hpp"
#include "container/volume_mount.hpp"
#include "image/transfer.hpp"
#include "session.hpp"

namespace cli {

namespace {

base::UniqueFd open_volume(Session& session, const std::string& name) {
  auto& engine = session.engine();
  return container::mount_volume(engine, engine.volumes.get(name));
}

int export_volume(Session& session, const std::string& path, const std::string& name) {
  if (path.empty() && ::isatty(STDOUT_FILENO))
    client_fail("refusing to export to terminal. Use -o flag or redirect");
  const auto volume = open_volume(session, name);
  std::optional<base::OutputFile> file;
  if (!path.empty()) file.emplace(path);
  image::CopyRequest request;
  request.with_top = false;
  request.to_archive = true;
  image::Transfer(session.store()).copy(request, {volume.get(), file ? file->fd() : STDOUT_FILENO});
  if (file) file->commit();
  return 0;
}

int import_volume(Session& session, const std::string& name, const std::string& path) {
  const auto volume = open_volume(session, name);
  const auto file = path == "-" ? base::duplicate(STDIN_FILENO) : base::open_file(path, O_RDONLY);
  image::CopyRequest request;
  request.from_archive = true;
  image::Transfer(session.store()).copy(request, {file.get(), volume.get()});
  return 0;
}

}  // namespace

void register_volume_archive(Verbs& verbs) {
  if (!verbs.is_podman()) return;
  const auto path = std::make_shared<std::string>();
  verbs.add({
      .names = {"volume export"},
      .usage = "[options] VOLUME",
      .summary = "Export volumes",
      .arity = {1, 1},
      .completes = Completes::volumes,
      .declare =
          [path](FlagTable& table) {
            table.add_option("-o,--output",
                             *path,
                             "Write to a specified file (default: stdout, which must be "
                             "redirected)");
          },
      .act = [path](Session& session,
                    const Words& words) { return export_volume(session, *path, words[0]); },
  });
  verbs.add({
      .names = {"volume import"},
      .usage = "VOLUME SOURCE",
      .summary = "Import a tarball contents into a podman volume",
      .arity = {2, 2},
      .completes = Completes::volumes,
      .act = [](Session& session,
                const Words& words) { return import_volume(session, words[0], words[1]); },
  });
}

}  // namespace cli
