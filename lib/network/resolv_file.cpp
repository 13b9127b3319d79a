// SPDX-License-Identifier: Apache-2.0
// /etc/resolv.conf of a container.
#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "network/ipv4.hpp"
#include "network/network.hpp"
#include "network/pasta.hpp"
#include "network/podman_files.hpp"

namespace network {

namespace {

constexpr const char* kHostFile = "/etc/resolv.conf";
// The servers that systemd-resolved itself asks.
constexpr const char* kResolvedFile = "/run/systemd/resolve/resolv.conf";
constexpr const char* kResolvedStub = "127.0.0.53";
constexpr const char* kPublicServers[] = {"8.8.8.8", "8.8.4.4"};

struct Resolv {
  std::string path = kHostFile;
  std::vector<std::string> servers, search, options, other;
};

std::vector<std::string> words_of(std::string_view line) {
  std::string blanks(line);
  for (char& c : blanks) {
    if (c == '\t') c = ' ';
  }
  std::vector<std::string> words;
  for (auto& word : base::split(blanks, ' ')) {
    if (!word.empty()) words.push_back(std::move(word));
  }
  return words;
}

Resolv parse(const std::string& path) {
  Resolv resolv;
  resolv.path = path;
  for (const auto& line : base::split(base::find_file_text(path).value_or(""), '\n')) {
    auto words = words_of(base::trim(line));
    if (words.empty() || words[0].starts_with('#') || words[0].starts_with(';')) continue;
    const std::string key = words[0];
    words.erase(words.begin());
    if (key == "nameserver" && !words.empty())
      resolv.servers.push_back(words[0]);
    else if (key == "search" || key == "domain")
      resolv.search = words;  // the last one counts
    else if (key == "options")
      resolv.options.insert(resolv.options.end(), words.begin(), words.end());
    else if (key != "nameserver")
      resolv.other.push_back(std::string(base::trim(line)));
  }
  return resolv;
}

Resolv host_resolv(bool as_the_host) {
  Resolv resolv = parse(kHostFile);
  const bool stub = resolv.servers.size() == 1 && resolv.servers[0] == kResolvedStub;
  if (!stub || as_the_host) return resolv;
  Resolv real = parse(kResolvedFile);
  return real.servers.empty() ? resolv : real;
}

/// Whether a server of the host's can be asked from inside. IPv6 ones only through pasta, which has
/// IPv6; what is local to a link of the host is not even then.
bool is_reachable(const std::string& server, bool pasta) {
  if (const auto v4 = Ipv4::parse(server)) return !v4->is_loopback() && v4->value != 0;
  const std::string lower = base::lower(server);
  return pasta && is_ipv6(server) && server != "::1" && server != "::" &&
         !lower.starts_with("fe8") && !lower.starts_with("fe9") && !lower.starts_with("fea") &&
         !lower.starts_with("feb");
}

std::vector<std::string> usable_servers(const Resolv& host, bool pasta) {
  std::vector<std::string> usable;
  for (const auto& server : host.servers) {
    if (is_reachable(server, pasta)) usable.push_back(server);
  }
  if (!usable.empty()) return usable;
  // The host's own resolver listens on its loopback: pasta can ask it for us, a bridge cannot.
  if (pasta && !host.servers.empty()) return {kPastaDns};
  return {std::begin(kPublicServers), std::end(kPublicServers)};
}

void prepend(const std::vector<std::string>& first, std::vector<std::string>& list) {
  std::erase_if(list, [&](const std::string& server) {
    return std::find(first.begin(), first.end(), server) != first.end();
  });
  list.insert(list.begin(), first.begin(), first.end());
}

bool is_cleared(const std::vector<std::string>& words) {
  return words.size() == 1 && words[0] == ".";
}

std::string line(const char* key, const std::vector<std::string>& words) {
  return words.empty() ? "" : std::string(key) + " " + base::join(words, " ") + "\n";
}

/// The host's with what the request puts in its place, whose words `overrides` gets.
Resolv resolv_of(const ResolvRequest& request, std::vector<std::string>& overrides) {
  Resolv resolv = host_resolv(request.host_network);
  const auto replace =
      [&](std::vector<std::string>& list, const std::vector<std::string>& given, const char* name) {
        if (given.empty()) return false;
        list = given;
        overrides.emplace_back(name);
        return true;
      };
  const bool asks_host = !resolv.servers.empty();
  if (!replace(resolv.servers, request.servers, "nameservers") && !request.host_network) {
    resolv.servers = usable_servers(resolv, request.pasta);
    // Without a server of the host's there is nobody whom a forwarder could ask.
    if (asks_host) prepend(request.forwarders, resolv.servers);
  }
  replace(resolv.search, request.search, "search");
  if (is_cleared(resolv.search)) resolv.search.clear();
  replace(resolv.options, request.options, "options");
  return resolv;
}

}  // namespace

std::string podman_resolv_file(const ResolvRequest& request) {
  std::vector<std::string> overrides;
  const Resolv resolv = resolv_of(request, overrides);
  std::string text = line("search", resolv.search);
  for (const auto& server : resolv.servers) text += line("nameserver", {server});
  return text + line("options", resolv.options);
}

std::string resolv_file(const ResolvRequest& request) {
  std::vector<std::string> overrides;
  const Resolv resolv = resolv_of(request, overrides);
  std::string text =
      "# Generated by berth.\n# This file can be edited; berth will not make further changes once "
      "it\n"
      "# has been modified.\n\n";
  for (const auto& server : resolv.servers) text += "nameserver " + server + "\n";
  text += line("search", resolv.search) + line("options", resolv.options);
  for (const auto& other : resolv.other) text += other + "\n";
  text += "\n# Based on host file: '" + resolv.path + "'\n";
  if (!overrides.empty()) text += "# Overrides: [" + base::join(overrides, " ") + "]\n";
  return text;
}

}  // namespace network
