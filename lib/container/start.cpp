// SPDX-License-Identifier: Apache-2.0
#include "container/start.hpp"

#include <algorithm>
#include <cctype>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "base/mapped_namespaces.hpp"
#include "base/rollback.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "container/apparmor.hpp"
#include "container/cdi.hpp"
#include "container/cgroup.hpp"
#include "container/events.hpp"
#include "container/finish.hpp"
#include "container/foreign_mount.hpp"
#include "container/health.hpp"
#include "container/hooks.hpp"
#include "container/label_choice.hpp"
#include "container/log_plan.hpp"
#include "container/managed_files.hpp"
#include "container/monitor_protocol.hpp"
#include "container/network_files.hpp"
#include "container/own_limits.hpp"
#include "container/rootfs.hpp"
#include "container/runtime.hpp"
#include "container/runtime_error.hpp"
#include "container/spec/seccomp.hpp"
#include "container/spec/spec.hpp"
#include "container/start_files.hpp"
#include "container/state.hpp"
#include "container/terminal.hpp"
#include "container/user_mapping.hpp"
#include "storage/overlay.hpp"

namespace container {

std::optional<Taken> read_taken(const Engine& engine, const std::string& id) {
  const auto text = base::find_file_text(engine.run_directory(id) + "/taken");
  if (!text) return std::nullopt;
  return base::from_json_text<Taken>(*text, "taken");
}

void make_run_directory(Engine& engine, const std::string& id) {
  base::make_directories(engine.run_directory(id), 0700);
}

namespace {

/// Where the init lies inside of a container.
constexpr const char* kInit = "/sbin/docker-init";

enum class NetworkKind { none, host, bridge, pasta, joined };

NetworkKind network_kind(const Namespaces& n) {
  if (n.network == "none") return NetworkKind::none;
  if (n.network == "host") return NetworkKind::host;
  if (n.network.starts_with("container:") || n.network.starts_with("ns:"))
    return NetworkKind::joined;
  return base::is_rootless() ? NetworkKind::pasta : NetworkKind::bridge;
}

void wait_started(Engine& engine,
                  const Record& record,
                  const Details& details,
                  MonitorClient& client) {
  const auto failure = client.wait_started();
  if (!failure) return;
  give_back(engine, record);
  client.cleaned();  // spares the monitor its own clean-up
  throw runtime_error(failure->message, command_line(details.options, details.image).at(0));
}

/// One start, step by step; the members are what the steps hand on.
class Start {
 public:
  Start(Engine& engine, const Record& record, const Details& details)
      : engine_(engine),
        record_(record),
        details_(details),
        options_(details.options),
        directory_(engine.run_directory(record.id)),
        cgroup_(plan_cgroup(record.id, options_, engine.cgroup_manager)),
        runtime_(engine,
                 options_.runtime.empty() ? engine.runtime : options_.runtime,
                 cgroup_.manager) {}

  MonitorClient run(const StartOptions& how) {
    if (options_.tty && how.attached.out) note_window();
    restart_delay_ms_ =
        how.restart_delay_ms ? how.restart_delay_ms : protocol::kFirstRestartDelayMs;
    check_requirements();
    prepare_directory();
    const auto mapping = user_mapping(options_.namespaces);
    rootfs_ = mount_rootfs(engine_, record_, details_);
    const auto& user = options_.user.empty() ? details_.image.user : options_.user;
    facts_.user = find_user(rootfs_.get(),
                            known_inside(user, options_.files.host_users, rootfs_.get()),
                            options_.group_add);
    if (options_.rules.makes_working_dir || options_.working_dir.empty())
      make_working_directory(rootfs_.get(), working_directory(), mapping);
    else
      check_working_directory();
    if (mapping) {
      open_the_way(engine_.store.paths(), directory_, *mapping);
      facts_.uid_mappings = mapping->uids;
      facts_.gid_mappings = mapping->gids;
    }
    write_more_files();
    mounts_ = prepare_mounts(
        engine_, options_, rootfs_.get(), directory_, {facts_.user, mapping, labels_of(details_)});
    check_the_command();
    if (options_.init) add_init();
    connect_network();
    write_files();
    join_namespaces();
    write_bundle();
    return launch(how);
  }

 private:
  std::string working_directory() const {
    const auto& own =
        options_.working_dir.empty() ? details_.image.working_dir : options_.working_dir;
    return own.empty() ? "/" : own;
  }

  void check_requirements() {
    for (const auto& id : options_.requires_started) {
      if (state_of(engine_, engine_.containers.get(id)).is_running()) continue;
      base::fail(base::Kind::wrong_state,
                 "some dependencies of container {} are not started: {}: container state improper",
                 record_.id,
                 id);
    }
  }

  /// One that a mount brings is made by the runtime.
  void check_working_directory() {
    const std::string& path = options_.working_dir;
    const bool is_mounted =
        std::any_of(options_.mounts.begin(), options_.mounts.end(), [&](const MountOption& m) {
          return m.target == path || m.target.starts_with(path + "/") ||
                 path.starts_with(m.target + "/");
        });
    const bool there = path.starts_with('/') && base::find_in_root(rootfs_.get(), path, O_PATH);
    if (is_mounted || there) return;
    base::fail(base::Kind::command_invalid,
               "workdir \"{}\" does not exist on container {}",
               path,
               record_.id);
  }

  void note_window() {
    const auto window = own_window_size();
    if (!window) return;
    facts_.console_rows = window->rows;
    facts_.console_columns = window->columns;
  }

  /// Files of the image that this container sees with more lines, or another time zone.
  void write_more_files() {
    const auto files = managed_files(options_, rootfs_.get(), facts_.user, working_directory());
    for (const auto& [name, content] : files) {
      // What runs inside may add users, too, which replaces the file.
      if (!options_.read_only && options_.rootfs.empty() &&
          append_to_image_file(rootfs_.get(), "/etc/" + name, content))
        continue;
      const std::string path = directory_ + "/" + name;
      base::write_file(path, content, 0644);
      facts_.files.emplace_back(path, "/etc/" + name);
    }
    if (!options_.files.timezone.empty() && !options_.read_only)
      link_timezone(rootfs_.get(), options_.files.timezone);
    write_engine_file(record_, options_, directory_, facts_.files);
    write_secrets(engine_, record_, options_, directory_, facts_.files, variables_);
  }

  void prepare_directory() {
    base::make_directory(directory_ + "/rootfs", 0700);
    base::make_directory(runtime_.root(), 0700);
    note_taken();
  }

  void note_taken() {
    Taken taken;
    taken.endpoint = endpoint_;
    taken.cgroup_manager = cgroup_.manager;
    taken.cgroup_path = cgroup_.path;
    taken.runtime = runtime_.path();
    taken.restart_delay_ms = restart_delay_ms_;
    base::replace_file(directory_ + "/taken", base::to_json(taken).dump(), 0600);
  }

  /// The common mistake is told before anything is started; mounts may bring the command, then the runtime decides.
  void check_the_command() {
    const auto words = command_line(options_, details_.image);
    if (words.empty())
      base::fail(base::Kind::command_missing, "exec: \"\": executable file not found in $PATH");
    const auto env = environment_of(options_, details_.image, details_.hostname, facts_.user.home);
    if (auto error = check_command(rootfs_.get(), words.at(0), env, working_directory()))
      if (error->kind() == base::Kind::command_invalid || mounts_.prepared.empty()) throw *error;
  }

  /// Our own first process, as Docker and Podman show theirs, on a mount of its own.
  void add_init() {
    const auto program = base::open_file(
        options_.init_path.empty() ? find_program_of_ours("berth-init") : options_.init_path,
        O_PATH);
    const std::string slot = directory_ + "/init";
    base::write_file(slot, "", 0600);
    mounts_.prepared.push_back({storage::clone_mount(program.get(), false), slot});
    mounts_.spec.push_back({slot, kInit, "bind", {"bind", "ro", "nosuid", "nodev"}});
  }

  void connect_network() {
    const auto kind = network_kind(options_.namespaces);
    if (kind != NetworkKind::bridge && kind != NetworkKind::pasta) return;
    auto ports = options_.publish;
    if (options_.publish_all) {
      for (const auto& port : record_.summary.expose) {
        const bool given = std::any_of(ports.begin(), ports.end(), [&](const auto& p) {
          return p.container_port == port.container_port && p.protocol == port.protocol;
        });
        if (!given) ports.push_back(port);
      }
    }
    auto ns = make_network_namespace();
    endpoint_ = network::connect(
        engine_.store,
        {record_.id, ports, options_.address, options_.mac, options_.pasta_options},
        ns.get(),
        &held_);
    note_taken();
    const std::string slot = directory_ + "/netns";
    base::write_file(slot, "", 0600);
    mounts_.prepared.push_back({storage::clone_mount(ns.get(), false), slot});
    facts_.namespace_paths["network"] = slot;
  }

  /// The container's own users get their namespace together with the network's, which then is theirs.
  base::UniqueFd make_network_namespace() {
    const auto mapping = user_mapping(options_.namespaces);
    if (joins_users()) return make_network_of_joined();
    if (!mapping) return network::make_namespace();
    auto made = base::make_mapped_namespaces(*mapping, base::WithNetwork::yes);
    network::set_loopback_up(made.network.get());
    const std::string slot = directory_ + "/userns";
    base::write_file(slot, "", 0600);
    mounts_.prepared.push_back({storage::clone_mount(made.user.get(), false), slot});
    facts_.namespace_paths["user"] = slot;
    facts_.own_network = true;
    return std::move(made.network);
  }

  /// It belongs to the users that are joined: else their root could not tune it.
  base::UniqueFd make_network_of_joined() {
    const auto users = base::open_file(namespace_path(options_.namespaces.user, "user"), O_RDONLY);
    auto network = base::make_network_of(users.get());
    network::set_loopback_up(network.get());
    facts_.own_network = true;
    return network;
  }

  bool joins_users() const {
    const auto& user = options_.namespaces.user;
    return user.starts_with("container:") || user.starts_with("ns:");
  }

  void write_files() {
    const auto kind = network_kind(options_.namespaces);
    const auto write = [&](const char* name, const std::string& content) {
      std::string path = directory_ + "/" + name;
      base::write_file(path, content, 0644);
      give_to_root(path, user_mapping(options_.namespaces));
      return path;
    };
    if (kind != NetworkKind::joined) {
      const bool host = kind == NetworkKind::host;
      if (!options_.files.no_hosts)
        facts_.hosts =
            write("hosts", hosts_content(record_, details_, endpoint_, host, rootfs_.get()));
      facts_.resolv = write("resolv.conf",
                            resolv_content(options_, endpoint_, host, kind == NetworkKind::pasta));
    }
    if (!options_.files.no_hostname)
      facts_.hostname_file = write("hostname", details_.hostname + "\n");
    for (const auto& root : options_.chroot_dirs) {
      for (const auto& [path, target] : {std::pair{facts_.hosts, "/etc/hosts"},
                                         std::pair{facts_.resolv, "/etc/resolv.conf"},
                                         std::pair{facts_.hostname_file, "/etc/hostname"}}) {
        if (!path.empty()) facts_.files.emplace_back(path, clean_path(root + target));
      }
    }
  }

  /// "container:ID" and "ns:/path" become paths; the other container's files come along with its network.
  void join_namespaces() {
    const auto& n = options_.namespaces;
    join("network", n.network, "net");
    join("pid", n.pid, "pid");
    join("ipc", n.ipc, "ipc");
    join("uts", n.uts, "uts");
    join("user", n.user, "user");
    join("cgroup", n.cgroup, "cgroup");
  }

  /// The first process of one whose namespaces are joined.
  pid_t process_of(const Record& other, const std::string& kind) {
    const auto state = state_of(engine_, other);
    if (state.is_running()) return state.running.init.pid;
    base::fail(base::Kind::wrong_state,
               "cannot join {} namespace of a non running container: {}",
               kind,
               other.id);
  }

  std::string namespace_path(const std::string& mode, const char* file) {
    if (mode.starts_with("ns:")) return mode.substr(3);
    const auto other = engine_.containers.get(mode.substr(10));
    return fmt::format("/proc/{}/ns/{}", process_of(other, file), file);
  }

  void join(const std::string& kind, const std::string& mode, const char* file) {
    if (mode.starts_with("ns:")) facts_.namespace_paths[kind] = mode.substr(3);
    if (!mode.starts_with("container:")) return;
    const auto other = engine_.containers.get(mode.substr(10));
    const pid_t pid = process_of(other, kind);
    facts_.namespace_paths[kind] = fmt::format("/proc/{}/ns/{}", pid, file);
    if (kind == "ipc") share_shm(pid);
    if (kind == "network") {
      facts_.hosts = engine_.run_directory(other.id) + "/hosts";
      facts_.resolv = engine_.run_directory(other.id) + "/resolv.conf";
    }
  }

  /// Whoever shares System V IPC expects POSIX shared memory to be shared as well.
  void share_shm(pid_t pid) {
    auto shm = clone_tmpfs_of(pid, "/dev/shm");
    if (!shm) return;
    const std::string slot = directory_ + "/shm";
    base::make_directory(slot, 0700);
    mounts_.prepared.push_back({std::move(*shm), slot});
    facts_.shm = slot;
  }

  void write_bundle() {
    facts_.id = record_.id;
    facts_.rootfs = directory_ + "/rootfs";
    facts_.hostname = details_.hostname;
    facts_.mounts = mounts_.spec;
    facts_.cgroups_path = cgroup_.path;
    facts_.cgroup_v2 = cgroup_.v2;
    facts_.cgroup_limits = cgroup_.limits;
    facts_.swap_limit = cgroup_.swap_limit;
    facts_.rootless = base::is_rootless();
    facts_.hard_limits = hard_limits();
    facts_.capabilities = capabilities_of(options_.security);
    if (options_.rules.ambient && facts_.user.uid != 0)
      facts_.ambient = added_capabilities(options_.security);
    facts_.devices = find_devices(options_.devices, options_.security.privileged);
    if (options_.systemd || facts_.rootless) hide_terminals();
    find_limits();
    facts_.masked_paths = host_masked_paths();
    facts_.tty_group = !facts_.rootless || maps_tty_group();
    facts_.least_oom_score_adj = own_oom_score_adj();
    if (options_.oom_score_adj.value_or(0) < facts_.least_oom_score_adj && options_.oom_score_adj) {
      base::warn("Requested oom_score_adj={} is lower than the current one, changing to {}",
                 *options_.oom_score_adj,
                 facts_.least_oom_score_adj);
    }
    add_seccomp();
    facts_.apparmor_profile = AppArmor(options_).load();
    add_labels(facts_, details_);
    auto spec = make_spec(options_, details_.image, facts_);
    if (!options_.cdi_devices.empty())
      add_cdi_devices(spec, options_.cdi_devices, cdi_directories(), facts_.rootless);
    for (const auto& variable : variables_) spec["process"]["env"].push_back(variable);
    if (options_.init) {
      auto& words = spec["process"]["args"];
      words.insert(words.begin(), {base::Json(kInit), base::Json("--")});
    }
    has_hooks_ = add_hooks(spec, engine_, options_, directory_);
    if (health_check_of(details_)) begin_health(directory_);
    base::make_directory(directory_ + "/bundle", 0700);
    base::write_file(directory_ + "/bundle/config.json",
                     spec.dump(-1, ' ', false, base::Json::error_handler_t::replace),
                     0600);
  }

  /// systemd would start a login on each console that it sees; and an ordinary user has none to give.
  void hide_terminals() {
    std::erase_if(facts_.devices, [](const DeviceNode& node) {
      constexpr std::string_view kConsole = "/dev/tty";
      return node.path.starts_with(kConsole) && node.path.size() > kConsole.size() &&
             std::isdigit(static_cast<unsigned char>(node.path[kConsole.size()]));
    });
  }

  void find_limits() {
    const auto& r = options_.resources;
    facts_.read_bps = find_limited(r.read_bps);
    facts_.write_bps = find_limited(r.write_bps);
    facts_.read_iops = find_limited(r.read_iops);
    facts_.write_iops = find_limited(r.write_iops);
    facts_.blkio_weight_device = find_limited(r.blkio_weight_device);
  }

  void add_seccomp() {
    const auto& security = options_.security;
    if (security.privileged || security.seccomp == "unconfined") return;
    const auto& profile =
        security.seccomp_profile.empty() ? default_seccomp_profile() : security.seccomp_profile;
    if (runtime_.is_crun()) {
      const std::string cache = engine_.store.paths().runroot() + "/seccomp";
      base::make_directory(cache, 0700);
      facts_.seccomp_bpf = seccomp_bpf(profile, facts_.capabilities, cache);
    }
    // Also for crun when a profile holds what no filter alone can say (flags, a listener).
    if (facts_.seccomp_bpf.empty()) facts_.seccomp = seccomp_for_spec(profile, facts_.capabilities);
  }

  MonitorPlan plan(const StartOptions& how) {
    MonitorPlan plan;
    plan.id = record_.id;
    plan.directory = directory_;
    plan.runroot = engine_.store.paths().runroot();
    plan.pid_file = directory_ + "/pid";
    plan.shows_tmp = has_hooks_;
    const Runtime::Making making{record_.id,
                                 directory_ + "/bundle",
                                 plan.pid_file,
                                 options_.tty ? directory_ + "/console" : ""};
    if (how.only_initializes) {
      plan.runtime = runtime_.create_command(making);
      plan.begin = runtime_.start_command(record_.id);
    } else {
      plan.runtime = runtime_.run_command(making);
    }
    plan.mounts = std::move(mounts_.prepared);
    plan.mounts.insert(plan.mounts.begin(), PreparedMount{std::move(rootfs_), facts_.rootfs});
    plan.held = std::move(held_);
    if (auto sealed = runtime_.sealed_program()) {
      plan.mounts.push_back({std::move(sealed), base::real_path(runtime_.path())});
      plan.variable = Runtime::kSealedNote;
    }
    plan.tty = options_.tty;
    plan.claimed = true;
    plan.rows = facts_.console_rows;
    plan.columns = facts_.console_columns;
    plan.attached = how.attached;
    // Docker: stdin ends with the first client only when that client was there from the start (-i without -d). Whether
    // that of an initialized one will be is not known yet.
    plan.stdin_once = how.attached.in || how.only_initializes;
    plan.open_stdin = options_.interactive;
    plan.log = plan_log(record_, details_);
    plan.cleanup = engine_.self;
    plan.cleanup.insert(plan.cleanup.end(), {"container", "cleanup", record_.id});
    plan.restart = restart_plan();
    plan.health = plan_health(engine_, record_, details_);
    plan.timeout = options_.timeout;
    plan.timeout_is_minus_one = options_.rules.timeout_is_minus_one;
    if (!how.preserved.empty()) preserve(how.preserved, plan);
    plan.oom_events = cgroup_.oom_file;
    return plan;
  }

  /// The runtime hands on all numbers up to the last; what is not open stays so. Its own log comes behind them.
  static void preserve(const std::vector<int>& numbers, MonitorPlan& plan) {
    plan.preserved = numbers;
    const int last = numbers.back();
    for (auto& word : plan.runtime)
      if (word == kRuntimeLogOptions[0]) word = fmt::format("--log=/proc/self/fd/{}", last + 1);
    const auto run = std::find(plan.runtime.begin(), plan.runtime.end(), "run");
    plan.runtime.insert(run + 1, {"--preserve-fds", std::to_string(last - 2)});
  }

  RestartPlan restart_plan() const {
    const auto& policy = options_.restart;
    RestartPlan plan;
    // Also without a policy: update may give it one while it runs.
    if (policy.name.empty() || policy.name == "no") plan.left = 0;
    plan.command = engine_.self;
    plan.command.insert(plan.command.end(), {"container", "cleanup", "--restart", record_.id});
    plan.on_failure = policy.name == "on-failure";
    if (plan.on_failure && policy.maximum_retries > 0)
      plan.left =
          static_cast<unsigned>(std::max(0, policy.maximum_retries - record_.summary.restarts));
    plan.delay_ms = restart_delay_ms_;
    return plan;
  }

  MonitorClient launch(const StartOptions& how) {
    auto client = start_monitor(plan(how));
    engine_.store.database().write_back();  // while the runtime works
    wait_started(engine_, record_, details_, client);
    if (!options_.monitor_pidfile.empty()) {
      const auto running = read_running(directory_);
      if (running) base::write_file(options_.monitor_pidfile, std::to_string(running->monitor.pid));
    }
    if (!options_.pidfile.empty())
      base::write_file(options_.pidfile, base::read_file(directory_ + "/pid"));
    return client;
  }

  Engine& engine_;
  const Record& record_;
  const Details& details_;
  const CreateOptions& options_;
  std::string directory_;
  std::uint32_t restart_delay_ms_ = 0;
  CgroupPlan cgroup_;
  Runtime runtime_;
  base::UniqueFd rootfs_;
  PreparedMounts mounts_;
  bool has_hooks_ = false;
  std::optional<network::Endpoint> endpoint_;
  std::vector<base::UniqueFd> held_;
  std::vector<std::string> variables_;  ///< secret ones, which only the runtime is told
  Facts facts_;
};

}  // namespace

namespace {

/// What failed, as the container's row and this command's exit code have it.
[[noreturn]] void fail_start(Engine& engine,
                             const Record& record,
                             const Details& details,
                             const base::Error& e) {
  give_back(engine, record);
  const bool invoking = details.options.rules.start_is_invoking;
  const int code = invoking                                  ? 0
                   : e.kind() == base::Kind::command_missing ? 127
                   : e.kind() == base::Kind::command_invalid ? 126
                                                             : 128;
  if (!record.summary.remove) {
    engine.containers.set_error(record.id, code, e.message());
    drop_run_directory(engine, record.id);
  }
  if (invoking && e.kind() != base::Kind::command_missing)
    throw base::Error(base::Kind::command_invalid, e.message());
  throw e;
}

}  // namespace

MonitorClient start(Engine& engine,
                    const Record& record,
                    const Details& details,
                    const StartOptions& how) {
  try {
    auto client = Start(engine, record, details).run(how);
    if (how.only_initializes)
      record_event(engine.store, container_event(record, "init"));
    else
      record_start(engine.store, record, how.attached, {});
    return client;
  } catch (const base::Error& e) {
    fail_start(engine, record, details, e);
  }
}

MonitorClient start_initialized(Engine& engine,
                                const Record& record,
                                const Details& details,
                                const StartOptions& how) {
  try {
    auto client = connect_monitor(engine.run_directory(record.id));
    if (!client) base::fail(base::Kind::io, "the monitor of container {} has ended", record.name);
    client->claim_cleanup();
    client->begin(how.attached);
    wait_started(engine, record, details, *client);
    record_start(engine.store, record, how.attached, {"initialized"});
    return std::move(*client);
  } catch (const base::Error& e) {
    fail_start(engine, record, details, e);
  }
}

}  // namespace container
