// SPDX-License-Identifier: Apache-2.0
#include "network/pasta.hpp"

#include <csignal>
#include <sys/mount.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/id.hpp"
#include "base/process.hpp"
#include "base/rollback.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "network/allocation.hpp"
#include "network/link.hpp"
#include "network/namespace.hpp"
#include "network/pasta_options.hpp"
#include "network/port_socket.hpp"
#include "network/protocol.hpp"

namespace network {

namespace {

using base::Kind;

constexpr const char* kNetwork = "pasta";
constexpr const char* kNone = "none";  // no ports at all
// Where a pasta that can map it shows the host to the container.
constexpr const char* kHostAddress = "169.254.1.2";

struct Files {
  std::string directory, record, pid, mount;
};

Files files_of(const storage::Paths& paths, const std::string& container_id) {
  const std::string directory = paths.network() + "/pasta";
  return {directory,
          directory + "/" + container_id,
          directory + "/" + container_id + ".pid",
          directory + "/" + container_id + ".net"};
}

/// pasta drops the right to open another process's /proc/PID/fd, so it gets the namespace as a
/// file: mounted for as long as pasta starts, in the mount namespace that rootless commands have to
/// themselves.
class NamespaceFile {
 public:
  NamespaceFile(const std::string& path, int namespace_fd) : path_(path) {
    base::write_file(path_, "", 0600);
    const std::string source = fmt::format("/proc/self/fd/{}", namespace_fd);
    if (::mount(source.c_str(), path_.c_str(), nullptr, MS_BIND, nullptr) < 0) {
      const int error = errno;
      ::unlink(path_.c_str());
      base::throw_errno(error, "mount a network namespace on " + path_);
    }
  }

  NamespaceFile(const NamespaceFile&) = delete;
  NamespaceFile& operator=(const NamespaceFile&) = delete;

  ~NamespaceFile() {
    ::umount2(path_.c_str(), MNT_DETACH);
    ::unlink(path_.c_str());
  }

 private:
  std::string path_;
};

/// Whether pasta knows --map-guest-addr (2024). Its help is read once for each version that is
/// installed.
bool maps_host(const storage::Paths& paths, const std::string& program) {
  const auto st = base::find_stat(program);
  const std::string version =
      st ? fmt::format("{} {} {}", st->st_ino, st->st_size, st->st_mtim.tv_sec) : "";
  const std::string file = paths.network() + "/pasta-version";
  const auto known = base::split_pair(base::trim(base::find_file_text(file).value_or("")), ':');
  if (known.first == version && known.second) return *known.second == "maps";
  const auto help = base::run_captured({.argv = {program, "--help"}});
  const bool maps = (help.out + help.err).find("--map-guest-addr") != std::string::npos;
  base::replace_file(file, version + (maps ? ":maps" : ":plain") + "\n", 0600);
  return maps;
}

std::string pasta_program() {
  if (auto program = base::find_program("pasta")) return *program;
  base::fail(Kind::unsupported,
             "rootless networking needs the program pasta: install the package passt, or use "
             "--network none or host");
}

/// The ports with their host ports chosen. They are only looked at: pasta binds them itself, a
/// moment later.
std::vector<PortMapping> choose_ports(const std::vector<PortMapping>& wanted) {
  std::vector<PortMapping> chosen;
  std::vector<PortSocket> sockets;  // open until all are chosen, so that none is chosen twice
  for (PortMapping port : wanted) {
    if (port.protocol == "sctp")
      base::fail(Kind::unsupported, "pasta: can't forward protocol: sctp");
    for (;; ++port.host_port) {
      PortSocket bound = bind_port(protocol_number(port.protocol), port.host_ip, port.host_port);
      const bool more = port.host_port != 0 && port.host_port < port.host_port_end;
      if (bound.error == EADDRINUSE && more) continue;
      if (bound.error == EADDRINUSE) fail_allocated(port.host_ip, port.host_port);
      if (bound.error != 0)
        fail_to_bind(bound.error, protocol_number(port.protocol), port.host_ip, port.host_port);
      port.host_port = bound.port;
      sockets.push_back(std::move(bound));
      break;
    }
    port.host_port_end = 0;
    chosen.push_back(std::move(port));
  }
  return chosen;
}

std::vector<std::string> arguments(const std::string& program,
                                   const ConnectRequest& request,
                                   const PastaWishes& wishes,
                                   const std::vector<PortMapping>& ports) {
  std::vector<std::string> argv = {program, "--config-net", "--no-netns-quit"};
  const auto add = [&](const std::vector<std::string>& words) {
    argv.insert(argv.end(), words.begin(), words.end());
  };
  if (!request.address.empty()) add({"-a", request.address});
  if (!request.mac.empty()) add({"--ns-mac-addr", request.mac});
  add(wishes.words);
  if (!wishes.talks) add({"--quiet"});
  if (!wishes.map_gateway) add({"--no-map-gw"});
  const auto publish = [&](const char* flag, const char* protocol, bool given) {
    for (const auto& spec : pasta_ports(ports, protocol)) {
      if (spec != kNone || !given) add({flag, spec});
    }
  };
  publish("-t", "tcp", wishes.tcp);
  publish("-u", "udp", wishes.udp);
  if (!wishes.tcp_out) add({"-T", kNone});
  if (!wishes.udp_out) add({"-U", kNone});
  if (wishes.dns_forward.empty()) add({"--dns-forward", kPastaDns});
  add({"-I", wishes.interface});
  return argv;
}

/// The process that was started with this pid file; nothing when it is gone.
std::optional<base::PidRef> pasta_with(const std::string& pid_file, pid_t pid) {
  const auto process = base::PidRef::of(pid);
  const auto words = base::find_file_text(fmt::format("/proc/{}/cmdline", pid));
  if (!process || !words || words->find(pid_file + '\0') == std::string::npos) return std::nullopt;
  return process;
}

std::optional<base::PidRef> find_pasta(const std::string& pid_file) {
  const auto text = base::find_file_text(pid_file);
  const auto pid = text ? base::parse_number<pid_t>(base::trim(*text)) : std::nullopt;
  if (pid) return pasta_with(pid_file, *pid);
  // Killed before its pid was written; the process may be there all the same.
  for (const auto& name : base::list_directory("/proc")) {
    const auto number = base::parse_number<pid_t>(name);
    if (!number) continue;
    if (auto process = pasta_with(pid_file, *number)) return process;
  }
  return std::nullopt;
}

/// Ends it and waits, so that its ports are free afterwards.
void end(const base::PidRef& process) {
  const auto fd = process.open();
  if (!fd) return;
  constexpr int kPatience = 2000;
  process.signal(SIGTERM);
  if (base::wait_for_exit(fd->get(), kPatience)) return;
  process.signal(SIGKILL);
  base::wait_for_exit(fd->get(), kPatience);
}

void remove_files(const Files& files) {
  for (const auto& file : {files.pid, files.mount, files.record}) base::remove_file(file);
}

void start_pasta(const std::vector<std::string>& argv, const std::vector<PortMapping>& ports) {
  const auto result = base::run_captured({.argv = argv});
  if (result.status.ok()) return;
  if (result.err.find("Failed to bind") != std::string::npos && !ports.empty()) {
    fail_allocated(ports.front().host_ip, ports.front().host_port);
  }
  base::fail(Kind::io, "start pasta: {}", base::trim(result.err.empty() ? result.out : result.err));
}

Endpoint new_endpoint() {
  Endpoint endpoint;
  endpoint.network = kNetwork;
  endpoint.id = base::random_hex(64);
  return endpoint;
}

/// What pasta made of the host's network inside.
void read_inside(int namespace_fd, const PastaWishes& wishes, Endpoint& endpoint) {
  inside_namespace(namespace_fd, [&] {
    Links links;
    const auto link = links.find(wishes.interface);
    if (!link) return;
    endpoint.mac = link->mac;
    if (const auto address = links.find_address(link->index)) {
      endpoint.address = address->first.text();
      endpoint.prefix = address->second;
    }
    if (const auto gateway = links.find_default_gateway()) endpoint.gateway = gateway->text();
  });
  auto forward = wishes.dns_forward;
  if (forward.empty()) forward.emplace_back(kPastaDns);
  for (auto& address : forward) {
    if (is_ipv6(address) || !endpoint.address.empty())
      endpoint.dns_forward.push_back(std::move(address));
  }
}

}  // namespace

std::vector<std::string> pasta_ports(const std::vector<PortMapping>& ports,
                                     const std::string& protocol) {
  std::vector<std::string> specs;
  for (const auto& port : ports) {
    if (port.protocol != protocol) continue;
    const std::string host = port.host_ip.empty() ? "" : port.host_ip + "/";
    specs.push_back(fmt::format("{}{}:{}", host, port.host_port, port.container_port));
  }
  if (specs.empty()) specs.emplace_back(kNone);
  return specs;
}

Endpoint connect_pasta(const storage::Paths& paths,
                       const ConnectRequest& request,
                       int namespace_fd) {
  const std::string program = pasta_program();
  const Files files = files_of(paths, request.container_id);
  base::make_directories(files.directory, 0700);
  Endpoint endpoint = new_endpoint();
  endpoint.ports = choose_ports(request.ports);
  const auto wishes = read_pasta_options(request.pasta_options);
  auto argv = arguments(program, request, wishes, endpoint.ports);
  if (!wishes.host_at.empty()) {
    endpoint.host_gateway = wishes.host_at.front();
  } else if (maps_host(paths, program)) {
    argv.insert(argv.end(), {"--map-guest-addr", kHostAddress});
    endpoint.host_gateway = kHostAddress;
  }
  argv.insert(argv.end(), {"-P", files.pid, "--netns", files.mount});
  base::Rollback rollback;
  const Owner owner{request.container_id, endpoint.id, base::PidRef::self()};
  base::replace_file(files.record, owner_text(owner) + "\n", 0600);
  rollback.on_failure([&] {
    if (const auto process = find_pasta(files.pid)) end(*process);
    remove_files(files);
  });
  {
    const NamespaceFile mounted(files.mount, namespace_fd);
    start_pasta(argv, endpoint.ports);
  }
  const auto helper = find_pasta(files.pid);
  if (!helper) base::fail(Kind::io, "start pasta: it ended at once");
  endpoint.helper = *helper;
  if (!wishes.pid_file.empty())
    base::write_file(wishes.pid_file, std::to_string(helper->pid) + "\n", 0644);
  read_inside(namespace_fd, wishes, endpoint);
  rollback.commit();
  return endpoint;
}

void disconnect_pasta(const storage::Paths& paths,
                      const std::string& container_id,
                      const Endpoint& endpoint) {
  end(endpoint.helper);
  const Files files = files_of(paths, container_id);
  const auto record =
      parse_owner(base::split(base::trim(base::find_file_text(files.record).value_or("")), ' '));
  if (record && record->endpoint == endpoint.id) remove_files(files);
}

std::vector<std::string> sweep_pasta(const storage::Paths& paths, const IsAlive& is_alive) {
  std::vector<std::string> found;
  for (const auto& name : base::list_directory(paths.network() + "/pasta")) {
    if (name.find('.') != std::string::npos) continue;
    const Files files = files_of(paths, name);
    const auto owner =
        parse_owner(base::split(base::trim(base::find_file_text(files.record).value_or("")), ' '));
    if (!owner || owner->maker.is_alive() || is_alive(owner->container)) continue;
    if (const auto process = find_pasta(files.pid)) end(*process);
    remove_files(files);
    found.push_back("pasta of container " + base::short_id(name));
  }
  return found;
}

}  // namespace network
