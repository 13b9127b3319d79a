// SPDX-License-Identifier: Apache-2.0
// berth run, berth create
#include <fcntl.h>
#include <unistd.h>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/rollback.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "container/attached.hpp"
#include "container/cgroup_haste.hpp"
#include "container/create.hpp"
#include "container/finish.hpp"
#include "container/remove.hpp"
#include "container/start.hpp"
#include "image/transfer.hpp"
#include "options/create_flags.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct RunFlags {
  CreateFlags create;
  bool detach = false, sig_proxy = true;
  std::string detach_keys;
};

/// The image, pulled first when the policy asks for it.
image::Image ensure_image(Session& session,
                          const container::CreateOptions& o,
                          const CreateFlags& flags) {
  auto& engine = session.engine();
  const auto policy = pull_policy(flags);
  if (policy != PullPolicy::always) {
    if (auto found = engine.images.find(o.image)) return *found;
    if (policy == PullPolicy::never)
      base::fail(base::Kind::not_found, "No such image: {}", o.image);
    if (!flags.quiet) {
      const std::string line =
          fmt::format("Unable to find image '{}' locally\n",
                      image::parse_reference(o.image).with_default_tag().familiar());
      std::fwrite(line.data(), 1, line.size(), stderr);
    }
  }
  image::PullRequest request;
  request.reference = o.image;
  request.platform = o.platform;
  request.quiet = flags.quiet;
  request.run = true;
  const auto pulled = image::Transfer(session.store()).pull(request);
  return engine.images.get(pulled.image);
}

/// Made before the container, as Docker's client does: a place that cannot be written costs no container.
base::UniqueFd make_cidfile(const std::string& path,
                            container::StartsNow now,
                            base::Rollback& undo) {
  if (path.empty()) return {};
  auto file = base::try_open_at(AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0644);
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

container::Created make(Session& session,
                        CreateFlags& flags,
                        const Words& words,
                        container::StartsNow now) {
  auto o = finish(flags);
  o.image = words.at(0);
  if (session.is_podman()) o.create_command = own_command_line();
  o.command.assign(words.begin() + 1, words.end());
  auto& engine = session.engine();
  base::Rollback undo;
  const auto cidfile = make_cidfile(o.cidfile, now, undo);
  const auto image = ensure_image(session, o, flags);
  if (flags.replace && engine.containers.find(o.name)) {
    container::remove(engine, o.name, {.force = true, .volumes = false});
  }
  auto made = container::create(engine, o, image, now);
  for (const auto& warning : made.warnings) {
    const std::string line = "WARNING: " + warning + "\n";
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

void check_terminal(const RunFlags& flags) {
  if (flags.create.options.tty && flags.create.options.interactive && !flags.detach &&
      !::isatty(STDIN_FILENO)) {
    throw ClientError(
        "cannot attach stdin to a TTY-enabled container because stdin is not a terminal",
        1,
        ClientError::Form::bare);
  }
}

/// Docker leaves a container that could not start as "Created"; --rm takes it away.
void remove_failed(container::Engine& engine, const container::Record& record) {
  if (record.summary.remove)
    container::remove_stopped(engine, record, container::RemoveVolumes::anonymous);
}

int run(Session& session, RunFlags& flags, const Words& words) {
  if (flags.detach && !flags.create.options.attach.empty()) {
    throw ClientError("conflicting options: cannot specify both --attach and --detach",
                      1,
                      ClientError::Form::bare);
  }
  check_terminal(flags);
  auto& engine = session.engine();
  container::hasten_cgroup_moves();
  auto made = make(session, flags.create, words, container::StartsNow::yes);
  const auto& o = made.details.options;
  try {
    container::StartOptions how;
    if (!flags.detach) how.attached = streams_of(o);
    auto client = container::start(engine, made.record, made.details, how);
    made.lock.reset();
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
      if (flags.detach) print_id(made.record.id);
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
