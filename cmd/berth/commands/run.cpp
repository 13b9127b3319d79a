// SPDX-License-Identifier: Apache-2.0
// berth run, berth create
#include <fcntl.h>
#include <set>
#include <unistd.h>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/rollback.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "commands/ensure_image.hpp"
#include "commands/list.hpp"
#include "commands/podman_words.hpp"
#include "container/attached.hpp"
#include "container/cgroup_haste.hpp"
#include "container/create.hpp"
#include "container/finish.hpp"
#include "container/remove.hpp"
#include "container/start.hpp"
#include "image/transfer.hpp"
#include "options/create_flags.hpp"
#include "options/volume.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct RunFlags {
  CreateFlags create;
  bool detach = false, sig_proxy = true;
  std::string detach_keys;
};

/// "PATH[:O][:idmap[=…]]".
container::Rootfs parse_rootfs(const std::string& text) {
  const auto parts = base::split(text, ':');
  container::Rootfs rootfs;
  rootfs.path = absolute_source(parts[0].starts_with('/') ? parts[0] : "./" + parts[0]);
  for (std::size_t n = 1; n < parts.size(); ++n) {
    const auto [word, value] = base::split_pair(parts[n], '=');
    if (parts[n] == "O")
      rootfs.overlay = true;
    else if (word == "idmap")
      rootfs.idmap = value.value_or("");
    else
      client_fail("invalid rootfs option: {}", parts[n]);
  }
  if (rootfs.overlay && rootfs.idmap)
    base::fail(base::Kind::unsupported, "--rootfs with O and idmap is not supported yet");
  if (!base::is_directory(rootfs.path))
    client_fail("statfs {}: no such file or directory", rootfs.path);
  return rootfs;
}

/// Made before the container, as Docker's client does: a place that cannot be written costs no container.
base::UniqueFd make_cidfile(const std::string& path,
                            container::StartsNow now,
                            bool podman,
                            base::Rollback& undo) {
  if (path.empty()) return {};
  const int how = podman ? O_TRUNC : O_EXCL;
  auto file = base::try_open_at(AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | how, 0644);
  if (!file && podman) {
    client_fail("creating idfile: open {}: {}", path, base::lower(base::errno_text(errno)));
  }
  if (!file && errno == EEXIST) {
    client_fail("container ID file found, make sure the other container isn't running or delete {}",
                path);
  }
  if (!file) {
    const auto text = fmt::format("failed to create the container ID file: open {}: {}",
                                  path,
                                  base::lower(base::errno_text(errno)));
    if (now == container::StartsNow::no) throw ClientError(text, 1, ClientError::Form::bare);
    client_fail("{}", text);
  }
  undo.on_failure([path] { ::unlink(path.c_str()); });
  return file;
}

/// The words that this process was started with.
Words own_command_line() {
  auto words = base::split(base::read_file("/proc/self/cmdline"), '\0');
  if (!words.empty()) words.pop_back();  // each word ends with a zero
  return words;
}

/// Where a network has no ports of the container's own, podman goes on without them.
void discard_ports(container::CreateOptions& o) {
  const auto mode = base::split_pair(o.namespaces.network, ':').first;
  if (o.publish.empty() || (mode != "host" && mode != "none" && mode != "container")) return;
  o.publish.clear();
  const std::string line = fmt::format(
      "Port mappings have been discarded because \"{}\" network namespace mode does not support "
      "them\n",
      mode);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

/// The name is looked up again: who has it is podman's first word about it.
[[noreturn]] void refuse_name(container::Engine& engine,
                              const std::string& name,
                              const base::Error& error) {
  const auto other = engine.containers.find(name);
  if (error.kind() != base::Kind::exists || !other) throw error;
  client_fail(
      "creating container storage: the container name \"{}\" is already in use by {}. You have to "
      "remove that container to be able to reuse that name: that name is already in use, or use "
      "--replace to instruct Podman to do so.",
      name,
      other->id);
}

container::Created create_container(Session& session,
                                    const CreateFlags& flags,
                                    const container::CreateOptions& o,
                                    const image::Image& image,
                                    container::StartsNow now) {
  try {
    return container::create(session.engine(), o, image, now);
  } catch (const base::Error& error) {
    if (flags.podman) refuse_name(session.engine(), o.name, error);
    throw;
  }
}

container::Created make(Session& session,
                        CreateFlags& flags,
                        const Words& words,
                        container::StartsNow now) {
  auto o = finish(flags);
  if (flags.rootfs)
    o.rootfs = parse_rootfs(words.at(0));
  else
    o.image = words.at(0);
  if (session.is_podman()) o.create_command = own_command_line();
  o.command.assign(words.begin() + 1, words.end());
  auto& engine = session.engine();
  base::Rollback undo;
  const auto cidfile = make_cidfile(o.cidfile, now, flags.podman, undo);
  if (flags.podman) discard_ports(o);
  const auto image = flags.rootfs ? image::Image() : ensure_image(session, o, flags);
  if (flags.replace && o.name.empty())
    client_fail("cannot replace container without --name being set");
  if (flags.replace && engine.containers.find(o.name)) {
    container::remove(engine, o.name, {.force = true, .volumes = false});
  }
  auto made = create_container(session, flags, o, image, now);
  for (const auto& warning : made.warnings) {
    const std::string line = (flags.podman ? "" : "WARNING: ") + warning + "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
  if (cidfile) base::write_full(cidfile.get(), made.record.id);
  undo.commit();
  return made;
}

void print_id(const std::string& id) {
  const std::string line = id + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

container::Streams streams_of(const container::CreateOptions& o) {
  if (o.attach.empty()) return {o.interactive, true, true};
  const auto has = [&](const char* stream) {
    return std::find(o.attach.begin(), o.attach.end(), stream) != o.attach.end();
  };
  return {has("stdin") && o.interactive, has("stdout"), has("stderr")};
}

void check_run_terminal(const Session& session, const RunFlags& flags) {
  const auto& o = flags.create.options;
  if (o.tty && o.interactive && !flags.detach) check_terminal(session);
}

/// Docker leaves a container that could not start as "Created"; --rm takes it away.
void remove_failed(container::Engine& engine, const container::Record& record) {
  if (record.summary.remove)
    container::remove_stopped(engine, record, container::RemoveVolumes::anonymous);
}

int run(Session& session, RunFlags& flags, const Words& words) {
  if (flags.detach && !flags.create.options.attach.empty() && !flags.create.podman) {
    throw ClientError("conflicting options: cannot specify both --attach and --detach",
                      1,
                      ClientError::Form::bare);
  }
  check_run_terminal(session, flags);
  // Before anything is opened that could take their numbers.
  const auto inherited = finish(flags.create.preserved);
  auto& engine = session.engine();
  container::hasten_cgroup_moves();
  auto made = make(session, flags.create, words, container::StartsNow::yes);
  const auto& o = made.details.options;
  try {
    container::StartOptions how;
    how.preserved = inherited;
    if (!flags.detach) how.attached = streams_of(o);
    auto client = container::start(engine, made.record, made.details, how);
    made.lock.reset();
    if (flags.create.podman && !flags.detach && !streams_of(o).out && !streams_of(o).err)
      print_id(made.record.id);
    if (flags.detach) {
      print_id(made.record.id);
      return 0;
    }
    container::AttachOptions attach;
    attach.streams = streams_of(o);
    attach.forward_signals = flags.sig_proxy;
    if (!flags.detach_keys.empty()) attach.detach_keys = flags.detach_keys;
    return container::follow(engine, made.record, made.details, std::move(client), attach);
  } catch (const base::Error&) {
    if (made.lock) {
      if (flags.detach && !flags.create.podman) print_id(made.record.id);
      remove_failed(engine, made.record);
    }
    throw;
  }
}

}  // namespace

void register_run(Verbs& verbs) {
  const auto flags = std::make_shared<RunFlags>();
  if (verbs.is_podman()) set_podman_defaults(flags->create);
  verbs.add({
      .names = {"run", "container run"},
      .usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
      .summary = "Create and run a new container from an image",
      .arity = {1, -1},
      .group = Group::common,
      .completes = Completes::images,
      .interspersed = false,
      .errors = ErrorStyle::run,
      .takes_defaults = true,
      .declare =
          [flags](FlagTable& table) {
            add_create_flags(table, flags->create);
            table.add_flag(
                "-d,--detach", flags->detach, "Run container in background and print container ID");
            table.add_option("--detach-keys",
                             flags->detach_keys,
                             "Override the key sequence for detaching a container");
            table.add_flag("--sig-proxy", flags->sig_proxy, "Proxy received signals to the process")
                .default_val(true);
          },
      .act = [flags](Session& session, const Words& words) { return run(session, *flags, words); },
  });
}

void register_create(Verbs& verbs) {
  const auto flags = std::make_shared<CreateFlags>();
  if (verbs.is_podman()) set_podman_defaults(*flags);
  verbs.add({
      .names = {"create", "container create"},
      .usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
      .summary = "Create a new container",
      .arity = {1, -1},
      .completes = Completes::images,
      .interspersed = false,
      .errors = ErrorStyle::create,
      .takes_defaults = true,
      .declare = [flags](FlagTable& table) { add_create_flags(table, *flags); },
      .act =
          [flags](Session& session, const Words& words) {
            print_id(make(session, *flags, words, container::StartsNow::no).record.id);
            return 0;
          },
  });
}

}  // namespace cli
