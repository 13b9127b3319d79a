// SPDX-License-Identifier: Apache-2.0
#include "network/pasta_options.hpp"

#include <functional>

namespace network {

namespace {

struct Known {
  const char *letter, *name;
  bool has_value;
  bool ours;  ///< the words do not go to pasta
  std::function<void(PastaWishes&, const std::string& value)> note;
};

const std::vector<Known>& known_options() {
  using W = PastaWishes;
  using Text = const std::string&;
  static const std::vector<Known> known = {
      {"-t", "--tcp-ports", true, false, [](W& w, Text) { w.tcp = true; }},
      {"-u", "--udp-ports", true, false, [](W& w, Text) { w.udp = true; }},
      {"-T", "--tcp-ns", true, false, [](W& w, Text) { w.tcp_out = true; }},
      {"-U", "--udp-ns", true, false, [](W& w, Text) { w.udp_out = true; }},
      {"-d", "--debug", false, false, [](W& w, Text) { w.talks = true; }},
      {"", "--trace", false, false, [](W& w, Text) { w.talks = true; }},
      {"", "--map-gw", false, true, [](W& w, Text) { w.map_gateway = true; }},
      {"-P", "--pid", true, true, [](W& w, Text file) { w.pid_file = file; }},
      {"", "--dns-forward", true, false, [](W& w, Text a) { w.dns_forward.push_back(a); }},
      {"", "--map-guest-addr", true, false, [](W& w, Text a) { w.host_at.push_back(a); }},
      {"-I", "--ns-ifname", true, true, [](W& w, Text name) { w.interface = name; }},
  };
  return known;
}

const Known* find_known(const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  for (const auto& known : known_options()) {
    if (word == known.letter || name == known.name) return &known;
  }
  return nullptr;
}

}  // namespace

PastaWishes read_pasta_options(const std::vector<std::string>& options) {
  PastaWishes wishes;
  for (std::size_t n = 0; n < options.size(); ++n) {
    const std::size_t first = n;
    const Known* known = find_known(options[n]);
    if (known != nullptr) {
      const auto equals = options[n].find('=');
      std::string value = equals == std::string::npos ? "" : options[n].substr(equals + 1);
      // Without its value pasta itself tells what is wrong.
      const bool apart = known->has_value && equals == std::string::npos;
      if (apart && n + 1 < options.size()) value = options[++n];
      if (!known->has_value || !value.empty()) known->note(wishes, value);
      if (known->ours && (!known->has_value || !value.empty())) continue;
    }
    wishes.words.insert(wishes.words.end(), options.begin() + first, options.begin() + n + 1);
  }
  return wishes;
}

}  // namespace network
