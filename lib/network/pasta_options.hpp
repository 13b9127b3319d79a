// SPDX-License-Identifier: Apache-2.0
// What a user asks of pasta ("--network pasta:-a,192.0.2.1,--map-gw"), and what follows from it for the words that are ours:
// pasta refuses, or forgets, what it is told twice.
#pragma once

#include <string>
#include <vector>

namespace network {

struct PastaWishes {
  std::vector<std::string> words;        ///< for pasta, without those that it gets from us
  std::string interface = "eth0";        ///< inside of the container
  std::string pid_file;                  ///< to be written by us, as pasta writes but one
  std::vector<std::string> dns_forward;  ///< addresses at which pasta answers DNS
  std::vector<std::string> host_at;      ///< --map-guest-addr: where the container finds the host
  bool map_gateway = false;              ///< --map-gw, a word that pasta itself does not have
  bool tcp = false, udp = false, tcp_out = false, udp_out = false;  ///< -t, -u, -T, -U are given
  bool talks = false;                                               ///< --debug, --trace
};

/// Reads pasta's words, of which many are a flag and its value: "-I", "name"; "--pid=FILE" counts, too.
PastaWishes read_pasta_options(const std::vector<std::string>& options);

}  // namespace network
