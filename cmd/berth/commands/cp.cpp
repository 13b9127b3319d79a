// SPDX-License-Identifier: Apache-2.0
// berth cp
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "container/copy.hpp"
#include "container/events.hpp"
#include "container/mount_options.hpp"
#include "container/user_mapping.hpp"
#include "image/transfer.hpp"
#include "session.hpp"

namespace cli {

namespace {

using container::CopyPlace;

struct Flags {
  bool archive = false, follow = false, quiet = false, overwrite = false;
};

/// One word of the command line.
struct End {
  std::string container, path;
  bool is_stream = false;  ///< "-"
};

End parse_end(const std::string& word) {
  const auto [container, path] = container::split_copy_word(word);
  return {container, path, container.empty() && path == "-"};
}

class Copy {
 public:
  Copy(Session& session, const Flags& flags, const Words& words)
      : session_(session), flags_(flags), from_(parse_end(words[0])), to_(parse_end(words[1])) {}

  int run() {
    if (from_.container.empty() && to_.container.empty()) {
      if (session_.is_podman()) client_fail("name or ID cannot be empty");
      client_fail("must specify at least one container source");
    }
    if (!session_.is_podman() && to_.container.empty() && !to_.is_stream) check_output(to_.path);
    open();
    const auto result = from_.is_stream ? extract() : to_.is_stream ? archive() : copy();
    if (!flags_.quiet && ::isatty(STDOUT_FILENO) && !to_.is_stream && !session_.is_podman()) {
      fmt::print(stderr,
                 "Successfully copied {} to {}\n",
                 base::human_size(static_cast<double>(result.bytes), 3),
                 to_.container.empty() ? target_->path() : to_.container + ":" + target_->path());
    }
    return 0;
  }

 private:
  bool podman() const { return session_.is_podman(); }

  /// Docker's client looks at where files are to come before it asks for them.
  static void check_output(const std::string& path) {
    const CopyPlace place(path);
    const auto directory = container::split_entry(container::clean_path(place.path())).first;
    if (!place.has_directory(directory))
      client_fail("invalid output path: directory \"{}\" does not exist", directory);

    struct stat st {};

    if (::stat(path.c_str(), &st) < 0 || !(S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))) return;
    client_fail("invalid output path: \"{}\" must be a directory or a regular file: got a device",
                path);
  }

  void open() {
    auto& engine = session_.engine();
    if (podman()) {
      for (const auto* end : {&from_, &to_}) {
        if (!end->container.empty() && !engine.containers.find(end->container))
          client_fail("container \"{}\" does not exist", end->container);
      }
    }
    const auto [source, target] = container::open_files(engine, from_.container, to_.container);
    if (!from_.is_stream) source_.emplace(place(from_, source));
    if (!to_.is_stream) target_.emplace(place(to_, target));
  }

  CopyPlace place(const End& end, const std::shared_ptr<const container::Files>& files) const {
    if (!files || end.container.empty()) return CopyPlace(end.path);
    // Docker's relative paths begin at the root, podman's at the container's working directory.
    if (!podman() || end.path.starts_with('/')) return CopyPlace(files, end.container, end.path);
    const auto details = session_.engine().containers.details(files->record().id);
    const auto& own = details.options.working_dir;
    return CopyPlace(
        files, end.container, (own.empty() ? details.image.working_dir : own) + "/" + end.path);
  }

  [[noreturn]] void fail_missing(const End& end, const CopyPlace& place, const std::string& path) {
    const bool host = end.container.empty();
    if (podman()) {
      client_fail("\"{}\" could not be found on {}: no such file or directory",
                  end.path,
                  host ? "the host" : "container " + end.container);
    }
    if (host) client_fail("lstat {}: no such file or directory", place.path());
    base::fail(
        base::Kind::not_found, "Could not find the file {} in container {}", path, end.container);
  }

  container::CopySource source() {
    auto found = container::find_source(*source_, flags_.follow || podman());
    if (!found) fail_missing(from_, *source_, source_->path());
    return std::move(*found);
  }

  image::CopyRequest request(const std::string& directory) {
    auto& engine = session_.engine();
    if (!target_->has_directory(directory)) fail_missing(to_, *target_, directory);
    container::CopyOptions options;
    options.overwrite = flags_.overwrite;
    if (target_->files()) {
      container::check_writable(engine, *target_);
      options.to_user = flags_.archive && (podman() || has_user());
    }
    return container::request_for(engine, *target_, directory, options);
  }

  /// Docker's -a gives everything to the container's user, when it has one.
  bool has_user() {
    const auto details = session_.engine().containers.details(target_->files()->record().id);
    return !details.options.user.empty() || !details.image.user.empty();
  }

  void record(const End& end, const std::optional<CopyPlace>& place, const char* action) {
    if (end.container.empty()) return;
    const auto& container = place->files()->record();
    container::record_event(session_.store(),
                            {"container",
                             action,
                             container.id,
                             {{"image", container.summary.image_name}, {"name", container.name}}});
  }

  /// What is in the way is told by podman as the failure to make the file.
  [[noreturn]] void fail_overwrite(const base::Error& error) const {
    const auto parts = base::split(error.message(), '"');
    const bool overwrites = error.message().starts_with("cannot overwrite ") && parts.size() > 1;
    if (!podman() || !overwrites) throw base::Error(error);
    client_fail("error creating \"{0}\": open {0}: file exists", parts[1]);
  }

  image::CopyResult transfer(const image::CopyRequest& request, image::CopyEnds ends) {
    image::CopyResult result;
    try {
      result = image::Transfer(session_.store()).copy(request, ends);
    } catch (const base::Error& e) {
      fail_overwrite(e);
    }
    record(from_, source_, "archive-path");
    record(to_, target_, "extract-to-dir");
    return result;
  }

  image::CopyResult extract() {
    const auto end = target_->look();
    if (!end.is_directory) {
      if (podman()) client_fail("destination must be a directory when copying from stdin");
      client_fail("destination \"{}:{}\" must be a directory", to_.container, target_->path());
    }
    auto wanted = request(end.path);
    wanted.from_archive = true;
    try {
      return transfer(wanted, {STDIN_FILENO, target_->root()});
    } catch (const base::Error& e) {
      if (!podman() || e.kind() != base::Kind::corrupt) throw;
      client_fail("source must be a (compressed) tar archive when copying from stdin");
    }
  }

  /// Owners leave a container as those inside see them.
  std::optional<base::IdMapping> source_mapping() {
    if (!source_->files()) return std::nullopt;
    const auto details = session_.engine().containers.details(source_->files()->record().id);
    return container::user_mapping(details.options.namespaces);
  }

  image::CopyResult archive() {
    const auto found = source();
    image::CopyRequest wanted;
    wanted.name = found.name;
    wanted.entry = found.entry;
    wanted.to_archive = true;
    wanted.mapping = source_mapping();
    return transfer(wanted, {found.parent.get(), STDOUT_FILENO});
  }

  /// Podman writes to no device or pipe of the host.
  void check_kind() const {
    if (!podman() || !to_.container.empty()) return;
    const auto st = base::find_stat(to_.path);
    if (!st || S_ISDIR(st->st_mode) || S_ISREG(st->st_mode)) return;
    client_fail("invalid destination: \"{}\" must be a directory or a regular file", to_.path);
  }

  image::CopyResult copy() {
    const auto found = source();
    check_kind();
    const auto plan = this->plan(found);
    auto wanted = request(plan.directory);
    wanted.name = found.name;
    wanted.entry = plan.entry;
    wanted.mapping = source_mapping();
    if (target_->files()) return transfer(wanted, {found.parent.get(), target_->root()});
    // What comes from a container may hold links: on this host, none leads out of the directory.
    const auto directory =
        base::open_in_root(target_->root(), plan.directory, O_PATH | O_DIRECTORY);
    wanted.directory.clear();
    return transfer(wanted, {found.parent.get(), directory.get()});
  }

  container::CopyPlan plan(const container::CopySource& found) {
    try {
      return container::plan_copy(found.end, found.entry, target_->look());
    } catch (const base::Error& e) {
      if (!podman()) client_fail("{}", e.message());
      if (!found.end.is_directory) fail_missing(to_, *target_, target_->path());
      client_fail("destination must be a directory when copying a directory");
    }
  }

  Session& session_;
  const Flags& flags_;
  End from_, to_;
  std::optional<CopyPlace> source_, target_;
};

void declare(FlagTable& table, Flags& flags, bool podman) {
  if (podman) {
    flags.archive = true;
    table.add_flag("-a,--archive",
                   flags.archive,
                   "Chown copied files to the primary uid/gid of the destination container");
    table.add_flag("--overwrite",
                   flags.overwrite,
                   "Allow to overwrite directories with non-directories and vice versa");
    return;
  }
  table.add_flag("-a,--archive", flags.archive, "Archive mode (copy all uid/gid information)");
  table.add_flag("-L,--follow-link", flags.follow, "Always follow symbol link in SRC_PATH");
  table.add_flag(
      "-q,--quiet",
      flags.quiet,
      "Suppress progress output during copy. Progress output is automatically suppressed "
      "if no terminal is attached");
}

}  // namespace

void register_cp(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  const bool podman = verbs.is_podman();
  verbs.add({
      .names = {"cp", "container cp"},
      .usage = podman ? "[options] [CONTAINER:]SRC_PATH [CONTAINER:]DEST_PATH"
                      : "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n"
                        "[OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
      .summary = "Copy files/folders between a container and the local filesystem",
      .arity = {2, 2},
      .completes = Completes::container_paths,
      .declare = [flags, podman](FlagTable& table) { declare(table, *flags, podman); },
      .act = [flags](Session& session,
                     const Words& words) { return Copy(session, *flags, words).run(); },
  });
}

}  // namespace cli
