// SPDX-License-Identifier: Apache-2.0
// Who has which address and port: one small file each, written before anything is made in the
// kernel, so that what a killed command leaves behind is found again.
//
//   RUNROOT/network/
//     bridge                      {"name": …, "subnet": …}: the choice, kept for as long as the
//     host runs lock                        held while the bridge is set up last the address that
//     was given last addresses/10.87.0.2         CONTAINER ENDPOINT MAKER-PID MAKER-START VETH
//     ports.lock                  held while ports are taken or given back
//     ports/tcp-8080-0.0.0.0      CONTAINER ENDPOINT MAKER-PID MAKER-START TARGET-ADDRESS
//     TARGET-PORT pasta/CONTAINER             CONTAINER ENDPOINT MAKER-PID MAKER-START, for a
//     rootless container's pasta pasta/CONTAINER.pid         written by that pasta itself
//     pasta-version               what the installed pasta can do
//     legacy                      iptables-legacy lets the bridge through
//
// ENDPOINT tells the connects of one container apart: a late clean-up of an earlier one must not
// take from the next. MAKER is the process that connects: while it runs, a container that is not
// known as alive yet is no wreck.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/lock.hpp"
#include "base/pid_ref.hpp"
#include "network/firewall.hpp"
#include "storage/paths.hpp"

namespace network {

/// Whose an allocation is.
struct Owner {
  std::string container, endpoint;
  base::PidRef maker;
};

std::string owner_text(const Owner& owner);

/// Nothing when the words are not those of an owner.
std::optional<Owner> parse_owner(const std::vector<std::string>& words);

struct AddressRecord {
  Ipv4 address;
  Owner owner;
  std::string veth;
};

struct PortRecord {
  Forward forward;
  Owner owner;
};

class Allocations {
 public:
  explicit Allocations(const storage::Paths& paths);

  std::string path(const std::string& name) const { return directory_ + "/" + name; }

  /// Takes the wished address, or the next free one after the last one given. Kind in_use: "Address
  /// already in use".
  Ipv4 take_address(const Subnet& subnet,
                    std::optional<Ipv4> wished,
                    const Owner& owner,
                    const std::string& veth);
  void give_back_address(Ipv4 address, const std::string& endpoint);
  std::vector<AddressRecord> addresses() const;

  /// Removes what a killed take_address left half done.
  void remove_unfinished();

  /// Held while several ports are looked at and taken, or withdrawn and given back.
  base::FileLock lock_ports() const { return base::FileLock(path("ports.lock")); }

  /// The container that has this port already, or one that overlaps with it. With the lock of the
  /// ports.
  std::optional<PortRecord> find_port(const Forward& wanted) const;
  void take_port(const Forward& forward, const Owner& owner);
  void give_back_port(const Forward& forward);
  std::vector<PortRecord> ports() const;

 private:
  std::string directory_;
};

}  // namespace network
