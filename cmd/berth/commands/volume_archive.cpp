// SPDX-License-Identifier: Apache-2.0
// podman volume export, import, mount, unmount
#include <optional>
#include <unistd.h>

#include "base/error.hpp"
#include "base/output_file.hpp"
#include "base/sys.hpp"
#include "base/user_namespace.hpp"
#include "commands/list.hpp"
#include "container/volume_mount.hpp"
#include "image/transfer.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

base::UniqueFd open_volume(Session& session, const std::string& name) {
  auto& engine = session.engine();
  return container::mount_volume(engine, engine.volumes.get(name));
}

int export_volume(Session& session, const std::string& path, const std::string& name) {
  if (path.empty() && ::isatty(STDOUT_FILENO))
    client_fail("cannot write to terminal, use command-line redirection or the --output flag");
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

/// A volume's directory is there for root to see at any time. One with options is mounted for its containers alone.
storage::Volume plain_volume(Session& session, const char* verb, const std::string& name) {
  if (base::is_rootless()) {
    client_fail(
        "cannot run command \"podman volume {0}\" in rootless mode, must execute `podman "
        "unshare podman volume {0}` first",
        verb);
  }
  auto volume = session.engine().volumes.get(name);
  if (!volume.options.empty()) {
    base::fail(base::Kind::unsupported,
               "volume {} has options: it is mounted in its containers only",
               name);
  }
  return volume;
}

void add_mount(Verbs& verbs, const std::string& verb, const std::string& summary) {
  verbs.add({
      .names = {"volume " + verb},
      .usage = "VOLUME [VOLUME...]",
      .summary = summary,
      .arity = {1, -1},
      .completes = Completes::volumes,
      .needs_user_namespace = false,
      .act =
          [mounts = verb == "mount"](Session& session, const Words& words) {
            return for_each(session, words, [&](const std::string& name) {
              const auto volume = plain_volume(session, mounts ? "mount" : "unmount", name);
              render::print_line(mounts ? volume.path : volume.name);
            });
          },
  });
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
  add_mount(verbs, "mount", "Mount volume");
  add_mount(verbs, "unmount", "Unmount volume");
}

}  // namespace cli
