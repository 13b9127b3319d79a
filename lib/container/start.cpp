// SPDX-License-Identifier: Apache-2.0
#include "container/start.hpp"

#include <algorithm>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "base/rollback.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "container/cgroup.hpp"
#include "container/events.hpp"
#include "container/finish.hpp"
#include "container/health.hpp"
#include "container/managed_files.hpp"
#include "container/monitor_protocol.hpp"
#include "container/rootfs.hpp"
#include "container/runtime.hpp"
#include "container/runtime_error.hpp"
#include "container/spec/seccomp.hpp"
#include "container/spec/spec.hpp"
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

/// One start, step by step; the members are what the steps hand on.
class Start {
 public:
  Start(Engine& engine, const Record& record, const Details& details)
      : engine_(engine),
        record_(record),
        details_(details),
        options_(details.options),
        directory_(engine.run_directory(record.id)),
        cgroup_(plan_cgroup(record.id,
                            options_.cgroup_parent,
                            options_.cgroups == "disabled" ? "disabled" : engine.cgroup_manager)),
        runtime_(engine,
                 options_.runtime.empty() ? engine.runtime : options_.runtime,
                 cgroup_.manager) {}

  MonitorClient run(const StartOptions& how) {
    if (options_.tty && how.attached.out) note_window();
    restart_delay_ms_ =
        how.restart_delay_ms ? how.restart_delay_ms : protocol::kFirstRestartDelayMs;
    prepare_directory();
    const auto mapping = user_mapping(options_.namespaces);
    rootfs_ = mount_rootfs(engine_, record_, mapping);
    facts_.user = find_user(rootfs_.get(),
                            options_.user.empty() ? details_.image.user : options_.user,
                            options_.group_add);
    make_working_directory(rootfs_.get(), working_directory(), mapping);
    if (mapping) {
      facts_.uid_mappings = mapping->uids;
      facts_.gid_mappings = mapping->gids;
    }
    write_more_files();
    mounts_ = prepare_mounts(engine_, options_, rootfs_.get(), directory_);
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

  void note_window() {
    const auto window = window_size(STDOUT_FILENO);
    if (!window) return;
    facts_.console_rows = window->rows;
    facts_.console_columns = window->columns;
  }

  /// Files of the image that this container sees with more lines, or another time zone.
  void write_more_files() {
    const auto files = managed_files(options_, rootfs_.get(), facts_.user, working_directory());
    for (const auto& [name, content] : files) {
      const std::string path = directory_ + "/" + name;
      base::write_file(path, content, 0644);
      facts_.files.emplace_back(path, "/etc/" + name);
    }
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
    const auto env = environment_of(options_, details_.image, details_.hostname, facts_.user.home);
    if (auto error = check_command(rootfs_.get(), words.at(0), env, working_directory())) {
      if (error->kind() == base::Kind::command_invalid || mounts_.prepared.empty()) throw *error;
    }
  }

  /// Our own first process, as Docker and Podman show theirs, on a mount of its own.
  void add_init() {
    const auto program = base::open_file(find_program_of_ours("berth-init"), O_PATH);
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
    auto ns = network::make_namespace();
    endpoint_ = network::connect(
        engine_.store, {record_.id, ports, options_.address, options_.mac}, ns.get(), &held_);
    note_taken();
    const std::string slot = directory_ + "/netns";
    base::write_file(slot, "", 0600);
    mounts_.prepared.push_back({storage::clone_mount(ns.get(), false), slot});
    facts_.namespace_paths["network"] = slot;
  }

  void write_files() {
    const auto kind = network_kind(options_.namespaces);
    const auto write = [&](const char* name, const std::string& content) {
      std::string path = directory_ + "/" + name;
      base::write_file(path, content, 0644);
      return path;
    };
    if (kind != NetworkKind::joined) {
      network::HostsRequest hosts;
      hosts.hostname = details_.hostname;
      hosts.extra = options_.extra_hosts;
      hosts.endpoint = endpoint_;
      hosts.host_network = kind == NetworkKind::host;
      hosts.base = base_hosts(options_.files.hosts, rootfs_.get());
      if (!options_.files.no_hosts) facts_.hosts = write("hosts", network::hosts_file(hosts));
      network::ResolvRequest resolv;
      resolv.servers = options_.dns;
      resolv.search = options_.dns_search;
      resolv.options = options_.dns_options;
      resolv.host_network = kind == NetworkKind::host;
      resolv.pasta = kind == NetworkKind::pasta;
      facts_.resolv = write("resolv.conf", network::resolv_file(resolv));
    }
    if (!options_.files.no_hostname)
      facts_.hostname_file = write("hostname", details_.hostname + "\n");
  }

  /// "container:ID" and "ns:/path" become paths; the other container's files come along with its network.
  void join_namespaces() {
    const auto& n = options_.namespaces;
    join("network", n.network, "net");
    join("pid", n.pid, "pid");
    join("ipc", n.ipc, "ipc");
    join("uts", n.uts, "uts");
  }

  void join(const std::string& kind, const std::string& mode, const char* file) {
    if (mode.starts_with("ns:")) facts_.namespace_paths[kind] = mode.substr(3);
    if (!mode.starts_with("container:")) return;
    const auto other = engine_.containers.get(mode.substr(10));
    const auto state = state_of(engine_, other);
    if (!state.is_running()) {
      base::fail(base::Kind::wrong_state,
                 "cannot join {} namespace of a non running container: {}",
                 kind,
                 other.id);
    }
    facts_.namespace_paths[kind] = fmt::format("/proc/{}/ns/{}", state.running.init.pid, file);
    if (kind == "ipc") share_shm(state.running.init.pid);
    if (kind == "network") {
      facts_.hosts = engine_.run_directory(other.id) + "/hosts";
      facts_.resolv = engine_.run_directory(other.id) + "/resolv.conf";
    }
  }

  /// Whoever shares System V IPC expects POSIX shared memory to be shared as well.
  void share_shm(pid_t pid) {
    const auto root = base::open_file(fmt::format("/proc/{}/root", pid), O_PATH | O_DIRECTORY);
    const auto shm = base::find_in_root(root.get(), "/dev/shm", O_PATH | O_DIRECTORY);
    if (!shm) return;
    const std::string slot = directory_ + "/shm";
    base::make_directory(slot, 0700);
    mounts_.prepared.push_back({storage::clone_mount(shm->get(), false), slot});
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
    facts_.devices = find_devices(options_.devices, options_.security.privileged);
    find_limits();
    facts_.masked_paths = host_masked_paths();
    facts_.tty_group = !facts_.rootless || maps_tty_group();
    facts_.least_oom_score_adj = own_oom_score_adj();
    add_seccomp();
    auto spec = make_spec(options_, details_.image, facts_);
    if (options_.init) {
      auto& words = spec["process"]["args"];
      words.insert(words.begin(), {base::Json(kInit), base::Json("--")});
    }
    if (health_check_of(details_)) begin_health(directory_);
    base::make_directory(directory_ + "/bundle", 0700);
    base::write_file(directory_ + "/bundle/config.json",
                     spec.dump(-1, ' ', false, base::Json::error_handler_t::replace),
                     0600);
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
    plan.runtime = runtime_.run_command(record_.id,
                                        directory_ + "/bundle",
                                        plan.pid_file,
                                        options_.tty ? directory_ + "/console" : "");
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
    // Docker: stdin ends with the first client only when that client was there from the start (-i without -d).
    plan.stdin_once = how.attached.in;
    plan.open_stdin = options_.interactive;
    plan.log = log_plan();
    plan.cleanup = engine_.self;
    plan.cleanup.insert(plan.cleanup.end(), {"container", "cleanup", record_.id});
    plan.restart = restart_plan();
    plan.health = plan_health(engine_, record_, details_);
    plan.timeout = options_.timeout;
    plan.oom_events = cgroup_.oom_file;
    return plan;
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

  LogPlan log_plan() const {
    LogPlan log;
    log.driver = log_driver(options_.log.driver);
    log.path = details_.log_path;
    log.max_size = options_.log.max_size;
    log.max_files = options_.log.max_files;
    return log;
  }

  MonitorClient launch(const StartOptions& how) {
    auto client = start_monitor(plan(how));
    engine_.store.database().write_back();  // while the runtime works
    if (const auto failure = client.wait_started()) {
      give_back(engine_, record_);
      client.cleaned();  // spares the monitor its own clean-up
      throw runtime_error(failure->message, command_line(options_, details_.image).at(0));
    }
    if (!options_.pidfile.empty()) {
      base::write_file(options_.pidfile, base::read_file(directory_ + "/pid"));
    }
    return client;
  }

  static std::map<std::string, std::int64_t> hard_limits();
  static bool maps_tty_group();
  static int own_oom_score_adj();

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
  std::optional<network::Endpoint> endpoint_;
  std::vector<base::UniqueFd> held_;
  Facts facts_;
};

std::map<std::string, std::int64_t> Start::hard_limits() {
  static constexpr std::pair<const char*, __rlimit_resource> kLimits[] = {
      {"as", RLIMIT_AS},
      {"core", RLIMIT_CORE},
      {"cpu", RLIMIT_CPU},
      {"data", RLIMIT_DATA},
      {"fsize", RLIMIT_FSIZE},
      {"locks", RLIMIT_LOCKS},
      {"memlock", RLIMIT_MEMLOCK},
      {"msgqueue", RLIMIT_MSGQUEUE},
      {"nice", RLIMIT_NICE},
      {"nofile", RLIMIT_NOFILE},
      {"nproc", RLIMIT_NPROC},
      {"rss", RLIMIT_RSS},
      {"rtprio", RLIMIT_RTPRIO},
      {"rttime", RLIMIT_RTTIME},
      {"sigpending", RLIMIT_SIGPENDING},
      {"stack", RLIMIT_STACK}};
  std::map<std::string, std::int64_t> limits;
  for (const auto& [name, resource] : kLimits) {
    rlimit limit{};
    if (::getrlimit(resource, &limit) < 0) continue;
    limits[name] = limit.rlim_max == RLIM_INFINITY ? -1 : static_cast<std::int64_t>(limit.rlim_max);
  }
  return limits;
}

/// devpts wants group 5 for terminals; a small user namespace has none.
bool Start::maps_tty_group() {
  constexpr std::uint32_t kTty = 5;
  for (const auto& range : base::gid_map()) {
    if (kTty >= range.inside && kTty - range.inside < range.count) return true;
  }
  return false;
}

/// Without CAP_SYS_RESOURCE the kernel lets nobody go below the value that he was given.
int Start::own_oom_score_adj() {
  constexpr unsigned kSysResource = 24;
  if (::prctl(PR_CAPBSET_READ, kSysResource, 0, 0, 0) == 1 && !base::in_user_namespace())
    return -1000;
  const auto text = base::find_file_text("/proc/self/oom_score_adj").value_or("0");
  return base::parse_number<int>(base::trim(text)).value_or(0);
}

}  // namespace

namespace {

/// Docker tells of a client that is there from the beginning before the start, Podman after it.
void record_start(Engine& engine, const Record& record, const Streams& attached) {
  const bool has_client = attached.in || attached.out || attached.err;
  auto start = container_event(record, "start");
  if (has_client) {
    auto attach = container_event(record, "attach");
    attach.marks = {"detail"};
    attach.time = start.time;
    record_event(engine.store, attach);
    start.marks = {"attached"};
  }
  record_event(engine.store, start);
}

}  // namespace

MonitorClient start(Engine& engine,
                    const Record& record,
                    const Details& details,
                    const StartOptions& how) {
  try {
    auto client = Start(engine, record, details).run(how);
    record_start(engine, record, how.attached);
    return client;
  } catch (const base::Error& e) {
    give_back(engine, record);
    const int code = e.kind() == base::Kind::command_missing   ? 127
                     : e.kind() == base::Kind::command_invalid ? 126
                                                               : 128;
    if (!record.summary.remove) {
      engine.containers.set_error(record.id, code, e.message());
      drop_run_directory(engine, record.id);
    }
    throw;
  }
}

}  // namespace container
