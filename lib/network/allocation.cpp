// SPDX-License-Identifier: Apache-2.0
#include "network/allocation.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/rollback.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "network/protocol.hpp"

namespace network {

std::string owner_text(const Owner& o) {
  return fmt::format("{} {} {} {}", o.container, o.endpoint, o.maker.pid, o.maker.start_time);
}

std::optional<Owner> parse_owner(const std::vector<std::string>& words) {
  if (words.size() < 4) return std::nullopt;
  const auto pid = base::parse_number<pid_t>(words[2]);
  const auto start = base::parse_number<std::uint64_t>(words[3]);
  if (!pid || !start) return std::nullopt;
  return Owner{words[0], words[1], {*pid, *start}};
}

namespace {

constexpr const char* kAddresses = "addresses";
constexpr const char* kPorts = "ports";
constexpr const char* kLast = "last";
constexpr const char* kUnfinished = ".unfinished-";

std::vector<std::string> words_of(const std::string& path) {
  return base::split(base::trim(base::find_file_text(path).value_or("")), ' ');
}

std::optional<AddressRecord> read_address(const std::string& directory, const std::string& name) {
  const auto address = Ipv4::parse(name);
  const auto words = words_of(directory + "/" + name);
  const auto owner = parse_owner(words);
  if (!address || !owner || words.size() != 5) return std::nullopt;
  return AddressRecord{*address, *owner, words[4]};
}

std::string port_name(const Forward& f) {
  return fmt::format("{}-{}-{}", protocol_name(f.protocol), f.host_port, f.host.text());
}

std::optional<PortRecord> read_port(const std::string& directory, const std::string& name) {
  const auto parts = base::split(name, '-');
  if (parts.size() != 3) return std::nullopt;
  const auto host_port = base::parse_number<std::uint16_t>(parts[1]);
  const auto host = Ipv4::parse(parts[2]);
  const auto words = words_of(directory + "/" + name);
  const auto owner = parse_owner(words);
  if (!host_port || !host || !owner || words.size() != 6) return std::nullopt;
  const auto target = Ipv4::parse(words[4]);
  const auto target_port = base::parse_number<std::uint16_t>(words[5]);
  if (!target || !target_port) return std::nullopt;
  return PortRecord{{protocol_number(parts[0]), *host, *host_port, *target, *target_port}, *owner};
}

/// Gives a finished file its name. False when the name is taken.
bool try_link(const std::string& file, const std::string& name) {
  if (::link(file.c_str(), name.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  base::sys_fail("take {}", name);
}

}  // namespace

Allocations::Allocations(const storage::Paths& paths) : directory_(paths.network()) {
  if (base::is_directory(path(kPorts))) return;
  base::make_directories(directory_, 0700);
  base::make_directory(path(kAddresses), 0700);
  base::make_directory(path(kPorts), 0700);
}

Ipv4 Allocations::take_address(const Subnet& subnet,
                               std::optional<Ipv4> wished,
                               const Owner& owner,
                               const std::string& veth) {
  // A whole file first, then a hard link to it: nobody sees a record that says nothing of its
  // owner.
  const std::string file = path(kUnfinished + owner.endpoint);
  const base::Finally remove([&] { ::unlink(file.c_str()); });
  base::write_file(file, owner_text(owner) + " " + veth + "\n", 0600);
  const auto take = [&](Ipv4 a) { return try_link(file, path(kAddresses) + "/" + a.text()); };
  if (wished) {
    if (!take(*wished)) base::fail(base::Kind::in_use, "Address already in use");
    return *wished;
  }
  const std::uint32_t first = subnet.gateway().value + 1, end = subnet.broadcast().value;
  const auto last = Ipv4::parse(base::trim(base::find_file_text(path(kLast)).value_or("")));
  std::uint32_t next =
      last && last->value >= first && last->value + 1 < end ? last->value + 1 : first;
  for (std::uint32_t tried = first; tried < end; ++tried) {
    if (take({next})) {
      base::replace_file(path(kLast), Ipv4{next}.text() + "\n", 0600);
      return {next};
    }
    if (++next >= end) next = first;
  }
  base::fail(base::Kind::in_use,
             "no available IPv4 addresses on this network's address pools: {}",
             subnet.text());
}

void Allocations::give_back_address(Ipv4 address, const std::string& endpoint) {
  const auto record = read_address(path(kAddresses), address.text());
  if (record && record->owner.endpoint == endpoint)
    base::remove_file(path(kAddresses) + "/" + address.text());
}

std::vector<AddressRecord> Allocations::addresses() const {
  std::vector<AddressRecord> records;
  for (const auto& name : base::list_directory(path(kAddresses))) {
    if (auto record = read_address(path(kAddresses), name)) records.push_back(std::move(*record));
  }
  return records;
}

void Allocations::remove_unfinished() {
  for (const auto& name : base::list_directory(directory_)) {
    if (!name.starts_with(kUnfinished)) continue;
    const auto owner = parse_owner(words_of(path(name)));
    // Without an owner it may be being written just now; such a file is some bytes on a tmpfs.
    if (owner && !owner->maker.is_alive()) base::remove_file(path(name));
  }
}

std::optional<PortRecord> Allocations::find_port(const Forward& wanted) const {
  const auto look = [&](Ipv4 host) {
    Forward key = wanted;
    key.host = host;
    return read_port(path(kPorts), port_name(key));
  };
  if (auto same = look(wanted.host)) return same;
  if (wanted.host.value != 0) return look({});
  // Every address is wanted: in the way is the port at any of them.
  const std::string prefix =
      fmt::format("{}-{}-", protocol_name(wanted.protocol), wanted.host_port);
  for (const auto& name : base::list_directory(path(kPorts))) {
    if (!name.starts_with(prefix)) continue;
    if (auto record = read_port(path(kPorts), name)) return record;
  }
  return std::nullopt;
}

void Allocations::take_port(const Forward& f, const Owner& owner) {
  // Named like that until it is whole, so that remove_unfinished finds it.
  const std::string file = path(kUnfinished + owner.endpoint);
  base::write_file(
      file, fmt::format("{} {} {}\n", owner_text(owner), f.target.text(), f.target_port), 0600);
  base::rename_path(file, path(kPorts) + "/" + port_name(f));
}

void Allocations::give_back_port(const Forward& f) {
  base::remove_file(path(kPorts) + "/" + port_name(f));
}

std::vector<PortRecord> Allocations::ports() const {
  std::vector<PortRecord> records;
  for (const auto& name : base::list_directory(path(kPorts))) {
    if (auto record = read_port(path(kPorts), name)) records.push_back(std::move(*record));
  }
  return records;
}

}  // namespace network
