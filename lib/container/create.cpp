// SPDX-License-Identifier: Apache-2.0
#include "container/create.hpp"

#include <algorithm>
#include <array>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/rollback.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "container/apparmor.hpp"
#include "container/cgroup.hpp"
#include "container/copied_root.hpp"
#include "container/events.hpp"
#include "container/finish.hpp"
#include "container/health.hpp"
#include "container/inspect.hpp"
#include "container/inspect_podman.hpp"
#include "container/label_choice.hpp"
#include "container/names.hpp"
#include "container/spec/spec.hpp"
#include "container/start.hpp"
#include "container/user_mapping.hpp"
#include "container/volume_mount.hpp"
#include "storage/names.hpp"
#include "storage/secret_store.hpp"

namespace container {

namespace {

void check_name(const std::string& name, const Rules& rules) {
  // A word of one letter is a name where a second would make it one.
  if (storage::is_object_name(rules.one_letter_names ? name + "a" : name)) return;
  base::fail(base::Kind::usage,
             "Invalid container name ({}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
             name);
}

std::string host_name() {
  char buffer[256] = {};
  if (::gethostname(buffer, sizeof buffer - 1) < 0) base::sys_fail("get the host's name");
  return buffer;
}

std::string hostname_of(const CreateOptions& options, const std::string& id) {
  if (!options.hostname.empty()) return options.hostname;
  if (options.namespaces.network == "host" || options.namespaces.uts == "host") return host_name();
  return base::short_id(id);
}

/// "container:NAME" becomes "container:ID", so that a later rename does not matter.
void resolve_container(Engine& engine, std::string& mode) {
  constexpr std::string_view kPrefix = "container:";
  if (!mode.starts_with(kPrefix)) return;
  mode = std::string(kPrefix) + engine.containers.get(mode.substr(kPrefix.size())).id;
}

/// One that said private, or none, shares its IPC with nobody.
void check_shares_ipc(Engine& engine, const std::string& mode) {
  constexpr std::string_view kPrefix = "container:";
  if (!mode.starts_with(kPrefix)) return;
  const std::string id = mode.substr(kPrefix.size());
  const std::string ipc = engine.containers.details(id).options.namespaces.ipc;
  if (ipc != "private" && ipc != "none") return;
  base::fail(base::Kind::usage,
             "joining IPC of container {} is not allowed: non-shareable IPC (hint: use "
             "IpcMode:shareable for the donor container)",
             id);
}

void resolve_namespaces(Engine& engine, Namespaces& n) {
  for (auto* mode : {&n.pid, &n.ipc, &n.uts, &n.user, &n.cgroup, &n.network})
    resolve_container(engine, *mode);
  check_shares_ipc(engine, n.ipc);
  // The kernel lets nobody enter the user namespace that he is in.
  if (n.user.starts_with("ns:")) {
    const auto given = base::find_file(n.user.substr(3), O_RDONLY);
    const auto own = base::open_file("/proc/self/ns/user", O_RDONLY);
    if (given && base::stat_of(given->get(), n.user).st_ino ==
                     base::stat_of(own.get(), "/proc/self/ns/user").st_ino)
      n.user = "host";
  }
}

bool has_target(const std::vector<MountOption>& mounts, const std::string& target) {
  return std::any_of(
      mounts.begin(), mounts.end(), [&](const auto& m) { return m.target == target; });
}

/// The mounts of other containers, unless the user put something else there.
void add_volumes_from(Engine& engine, CreateOptions& options) {
  for (const auto& word : options.volumes_from) {
    const auto [name, mode] = base::split_pair(word, ':');
    for (auto mount : engine.containers.details(engine.containers.get(name).id).options.mounts) {
      if (is_made_by_runtime(mount) || has_target(options.mounts, mount.target)) continue;
      mount.read_only = mount.read_only || mode == "ro";
      mount.anonymous = false;  // it belongs to the other container
      options.mounts.push_back(std::move(mount));
    }
  }
}

/// --image-volume: anonymous volumes, tmpfs, or nothing.
void add_image_volumes(CreateOptions& options, const image::RunConfig& image) {
  if (options.image_volumes == "ignore") return;
  for (const auto& [path, unused] : image.volumes) {
    if (path.empty() || path[0] != '/') continue;
    // As docker names it: "/none/../etc" is filled from /etc, whether or not there is a /none.
    const std::string target = clean_path(path);
    if (has_target(options.mounts, target)) continue;
    MountOption mount;
    mount.type = options.image_volumes == "tmpfs" ? "tmpfs" : "volume";
    if (mount.type == "tmpfs") mount.options = {"exec", "suid", "dev", "mode=755", "tmpcopyup"};
    mount.target = target;
    mount.from_image = true;
    options.mounts.push_back(std::move(mount));
  }
}

/// --read-only --read-only-tmpfs: what programs commonly write to.
void add_writable_tmpfs(CreateOptions& options) {
  if (!options.read_only || !options.read_only_tmpfs.value_or(false)) return;
  for (const char* target : {"/run", "/tmp", "/var/tmp"}) {
    if (has_target(options.mounts, target)) continue;
    MountOption mount;
    mount.type = "tmpfs";
    mount.target = target;
    mount.mode_text = "rw,exec,mode=1777";
    mount.options = {"rw", "exec", "mode=1777", "tmpcopyup"};
    options.mounts.push_back(std::move(mount));
  }
}

/// What systemd and its like want: places of their own to write to, and a signal that ends them.
void prepare_for_systemd(CreateOptions& options, const image::RunConfig& image) {
  const auto words = command_line(options, image);
  constexpr std::array<std::string_view, 5> known{
      "/sbin/init", "/usr/sbin/init", "/usr/local/sbin/init", "systemd", "init"};
  const std::string word = words.empty() ? "" : words[0];
  const bool is_systemd =
      std::find(known.begin(), known.end(), word) != known.end() || word.ends_with("/systemd");
  options.systemd = options.systemd || (options.rules.detects_systemd && is_systemd);
  if (!options.systemd) return;
  if (options.stop_signal.empty() && image.stop_signal.empty()) options.stop_signal = "SIGRTMIN+3";
  for (const char* target : {"/run", "/run/lock", "/tmp", "/var/log/journal"}) {
    if (has_target(options.mounts, target)) continue;
    MountOption mount;
    mount.type = "tmpfs";
    mount.target = target;
    const bool is_tmp = std::string_view(target) == "/tmp";
    mount.options = {"rw", "exec", "nosuid", "nodev", is_tmp ? "mode=1777" : "mode=755"};
    mount.mode_text = base::join(mount.options, ",");
    options.mounts.push_back(std::move(mount));
  }
}

/// The container keeps what its secrets were when it was made.
void keep_secrets(Engine& engine, const CreateOptions& options, const std::string& directory) {
  if (options.secrets.empty()) return;
  storage::SecretStore secrets(engine.store);
  base::make_directory(directory + "/secrets", 0700);
  for (std::size_t n = 0; n < options.secrets.size(); ++n) {
    const auto data = secrets.data(secrets.get(options.secrets[n].name));
    base::write_file(fmt::format("{}/secrets/{}", directory, n), data, 0600);
  }
}

/// The root directory looks as the image has it, which the kernel asks the upper one for.
mode_t mode_of_root(const CreateOptions& options, const std::vector<storage::Layer>& layers) {
  const std::string below = options.rootfs.overlay ? options.rootfs.path
                            : layers.empty()       ? ""
                                                   : layers.back().diff();
  const auto st = base::find_stat(below);
  constexpr mode_t kUsual = 0755, kBare = 0555;
  const mode_t mode = st ? st->st_mode & 07777 : kUsual;
  const bool is_bare = options.rules.bare_root && options.rootfs.empty() && mode == kUsual &&
                       std::none_of(layers.begin(), layers.end(), storage::names_root);
  return is_bare ? kBare : mode;
}

/// The container's own layer.
void make_upper(const std::string& directory,
                const CreateOptions& options,
                const std::vector<storage::Layer>& layers) {
  base::make_directory(directory + "/upper", mode_of_root(options, layers));
  give_to_root(directory + "/upper", user_mapping(options.namespaces));
  base::make_directory(directory + "/work", 0700);
}

/// Every volume mount gets the name of a volume that exists.
std::vector<std::string> make_volumes(Engine& engine,
                                      CreateOptions& options,
                                      base::Rollback& rollback) {
  std::vector<std::string> anonymous;
  for (auto& mount : options.mounts) {
    if (mount.type != "volume") continue;
    const bool is_new = mount.source.empty() || !engine.volumes.find(mount.source);
    mount.anonymous = mount.source.empty();
    storage::Volume wanted;
    wanted.name = mount.source;
    wanted.options = mount.volume_options;
    wanted.labels = mount.volume_labels;
    check_volume_options(wanted, false);
    const auto volume = engine.volumes.create(wanted);
    mount.source = volume.name;
    if (is_new) {
      rollback.on_failure([&engine, name = volume.name] { engine.volumes.remove(name); });
      record_event(engine.store, volume_event(volume.name, "create"));
    }
    if (mount.anonymous) anonymous.push_back(volume.name);
  }
  return anonymous;
}

std::vector<network::PortMapping> exposed_ports(const CreateOptions& options,
                                                const image::RunConfig& image) {
  auto ports = options.expose;
  for (const auto& [text, unused] : image.exposed_ports) {
    for (const auto& port : network::parse_expose(text)) ports.push_back(port);
  }
  for (const auto& port : options.publish) {
    network::PortMapping exposed;
    exposed.container_port = port.container_port;
    exposed.protocol = port.protocol;
    ports.push_back(exposed);
  }
  const auto order = [](const auto& p) { return std::pair(p.container_port, p.protocol); };
  std::sort(ports.begin(), ports.end(), [&](const auto& a, const auto& b) {
    return order(a) < order(b);
  });
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  return ports;
}

Summary summary_of(const CreateOptions& options, const image::RunConfig& image) {
  Summary s;
  s.image_name = options.image;
  s.command = command_line(options, image);
  if (s.command.empty() && !options.rules.start_is_invoking)
    base::fail(base::Kind::usage, "no command specified");
  s.labels = image.labels;
  for (const auto& [key, value] : options.labels) s.labels[key] = value;
  for (const auto& mount : options.mounts) {
    if (is_made_by_runtime(mount)) continue;
    s.mounts.push_back(mount.source);
    s.mount_targets.push_back(mount.target);
    s.local_volumes += mount.type == "volume";
  }
  const bool pasta = options.rules.engine_file && base::is_rootless();
  s.network = options.namespaces.network != "default" ? options.namespaces.network
              : pasta                                 ? "pasta"
                                                      : "bridge";
  s.expose = exposed_ports(options, image);
  s.remove = options.remove;
  return s;
}

/// Adds the row; a name of our own choice that is taken is chosen again.
void add_row(Engine& engine, Created& made, const std::vector<storage::Layer>& layers) {
  const bool chosen_by_us = made.details.options.name.empty();
  for (int attempt = 0;; ++attempt) {
    try {
      return engine.containers.add(made.record, made.details, layers);
    } catch (const base::Error& e) {
      constexpr int kEnough = 20;
      if (e.kind() != base::Kind::exists || !chosen_by_us || attempt == kEnough) throw;
      made.record.name = random_name();
    }
  }
}

}  // namespace

Created create(Engine& engine, CreateOptions options, const image::Image& image, StartsNow starts) {
  validate(options);
  check_apparmor(options);
  if (const auto ids = keep_id(options.namespaces); ids && options.user.empty())
    options.user = fmt::format("{}:{}", ids->uid, ids->gid);
  Created made;
  if (!base::to_json(options.resources).empty()) {
    const auto plan = plan_cgroup("", options.cgroup_parent, engine.cgroup_manager);
    if (base::is_rootless() && !plan.v2 && !options.rules.checks_limits) {
      options.resources = {};
      made.warnings.emplace_back(
          "Resource limits are not supported and ignored on cgroups V1 rootless systems");
    }
    for (auto& warning : discard_unusable_limits(options.resources, plan))
      made.warnings.push_back(std::move(warning));
  }
  if (options.namespaces.network == "host" && !options.publish.empty())
    made.warnings.emplace_back("Published ports are discarded when using host network mode");
  Record& record = made.record;
  Details& details = made.details;
  record.id = base::new_id();
  record.name = options.name.empty() ? random_name() : options.name;
  check_name(record.name, options.rules);
  record.image = image.id;
  record.created = base::now();
  if (starts == StartsNow::yes) record.started = record.created;
  if (!image.id.empty()) details.image = engine.images.config(image).config;
  details.image_digest = image.manifest;
  details.platform = image.platform;
  const std::string directory = engine.store.paths().container(record.id);
  base::Rollback rollback;  // after all that its acts use
  resolve_namespaces(engine, options.namespaces);
  for (auto& name : options.requires_started) name = engine.containers.get(name).id;
  const auto ids_lock = decide_mapping(engine, options, &image);
  add_volumes_from(engine, options);
  add_image_volumes(options, details.image);
  if (options.systemd || options.rules.detects_systemd) prepare_for_systemd(options, details.image);
  add_writable_tmpfs(options);
  const auto labels = choose_labels(engine, options);
  details.process_label = labels.process;
  details.mount_label = labels.mount;
  record.summary = summary_of(options, details.image);
  details.anonymous_volumes = make_volumes(engine, options, rollback);
  record.summary = summary_of(options, details.image);
  details.hostname = hostname_of(options, record.id);
  details.log_path = directory + "/log";
  if (const auto path = options.log.options.find("path"); path != options.log.options.end())
    details.log_path = path->second;
  details.options = std::move(options);
  details.options.driver = engine.store.driver() == storage::Driver::vfs ? "vfs" : "";
  check_has_health_check(details);
  const auto layers = engine.layers.of_image(image.id);  // before that the store may not be there
  if (image.read_only) engine.layers.lease_all(layers);
  std::optional<RootCopy> copy;
  if (has_copied_root(details.options)) copy.emplace(engine, details.options, layers);
  rollback.on_failure([&] {
    drop_run_directory(engine, record.id);
    base::remove_tree(directory);
    base::remove_file(engine.store.paths().lock("container-" + record.id));
  });
  made.lock = engine.lock(record.id);
  if (starts == StartsNow::yes) make_run_directory(engine, record.id);
  base::make_directory(directory, 0700);
  if (copy)
    copy->move_to(copied_root(engine, record.id));
  else
    make_upper(directory, details.options, layers);
  keep_secrets(engine, made.details.options, directory);
  add_row(engine, made, layers);
  if (image.read_only) engine.layers.end_leases();
  rollback.commit();
  auto event = container_event(record, "create");
  if (records_inspected()) event.inspected = inspect_podman(engine, record, {.size = true}).dump();
  record_event(engine.store, event);
  return made;
}

}  // namespace container
