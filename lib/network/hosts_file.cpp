// SPDX-License-Identifier: Apache-2.0
// /etc/hosts of a container.
#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "network/network.hpp"
#include "network/podman_files.hpp"

namespace network {

namespace {

constexpr const char* kStandard =
    "127.0.0.1\tlocalhost\n"
    "::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::\tip6-localnet\n"
    "ff00::\tip6-mcastprefix\n"
    "ff02::1\tip6-allnodes\n"
    "ff02::2\tip6-allrouters\n";

constexpr const char* kHostGateway = "host-gateway";

std::string host_gateway(const HostsRequest& request) {
  if (request.endpoint && !request.endpoint->host_gateway.empty())
    return request.endpoint->host_gateway;
  if (request.host_network) return "127.0.0.1";
  base::fail(base::Kind::unsupported,
             "host-gateway: this container has no way to the host (no network, or a pasta older "
             "than 2024)");
}

std::string extra_line(const HostsRequest& request, const std::string& extra) {
  const auto [name, address] = base::split_pair(extra, ':');
  if (!address) base::fail(base::Kind::usage, "bad format for add-host: \"{}\"", extra);
  return (*address == kHostGateway ? host_gateway(request) : *address) + "\t" + name + "\n";
}

/// The container's own names, each once.
std::string own_names(const HostsRequest& request) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  };
  add(request.hostname);
  for (const auto& alias : request.aliases) add(alias);
  return base::join(names, " ");
}

/// Lines of names, of which each stands once: the first that names it has it.
class Lines {
 public:
  /// Names that are there already are left out, and a line without any.
  void add(const std::string& address, const std::vector<std::string>& names) {
    std::vector<std::string> fresh;
    for (const auto& name : names) {
      if (!name.empty() && !known_.contains(name)) fresh.push_back(name);
    }
    known_.insert(fresh.begin(), fresh.end());
    if (!fresh.empty()) text_ += address + "\t" + base::join(fresh, " ") + "\n";
  }

  /// Those of a file, as they are but for comments.
  void add_file(const std::string& content) {
    for (const auto& line : base::split(content, '\n')) {
      const auto words = words_of(line.substr(0, line.find('#')));
      if (words.size() < 2) continue;
      const std::vector<std::string> names(words.begin() + 1, words.end());
      known_.insert(names.begin(), names.end());
      text_ += words[0] + "\t" + base::join(names, " ") + "\n";
    }
  }

  bool knows(const std::string& name) const { return known_.contains(name); }

  const std::string& text() const { return text_; }

 private:
  static std::vector<std::string> words_of(std::string line) {
    std::replace(line.begin(), line.end(), '\t', ' ');
    auto words = base::split(base::trim(line), ' ');
    std::erase(words, "");
    return words;
  }

  std::string text_;
  std::set<std::string> known_;
};

}  // namespace

std::string podman_hosts_file(const HostsRequest& request) {
  Lines lines;
  for (const auto& extra : request.extra) lines.add_file(extra_line(request, extra));
  lines.add_file(request.base ? *request.base : base::find_file_text("/etc/hosts").value_or(""));
  if (!lines.knows("localhost")) lines.add_file("127.0.0.1\tlocalhost\n::1\tlocalhost\n");
  if (request.host_network || (request.endpoint && !request.endpoint->host_gateway.empty()))
    lines.add(host_gateway(request), {"host.containers.internal", "host.docker.internal"});
  std::vector<std::string> names = {request.hostname};
  names.insert(names.end(), request.aliases.begin(), request.aliases.end());
  if (request.endpoint) lines.add(request.endpoint->address, names);
  return lines.text();
}

std::string hosts_file(const HostsRequest& request) {
  std::string text = request.base.value_or(kStandard);
  if (request.host_network && !request.base)
    text = base::find_file_text("/etc/hosts").value_or(kStandard);
  if (!text.empty() && text.back() != '\n') text += '\n';
  for (const auto& extra : request.extra) text += extra_line(request, extra);
  const std::string names = own_names(request);
  if (!request.endpoint || names.empty()) return text;
  for (const auto& address : {request.endpoint->address, request.endpoint->address6}) {
    if (!address.empty()) text += address + "\t" + names + "\n";
  }
  return text;
}

}  // namespace network
