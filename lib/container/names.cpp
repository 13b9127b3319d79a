// SPDX-License-Identifier: Apache-2.0
#include "container/names.hpp"

#include <array>
#include <cstdint>
#include <sys/random.h>

namespace container {

namespace {

constexpr std::array kAdjectives = {
    "able",   "amber",  "ample", "apt",     "azure",   "bold",   "brave",  "bright",  "brisk",
    "calm",   "candid", "clear", "clever",  "copper",  "coral",  "cosy",   "crisp",   "curious",
    "daring", "deft",   "eager", "early",   "earnest", "easy",   "fair",   "famous",  "fine",
    "firm",   "fleet",  "fond",  "frank",   "free",    "fresh",  "gentle", "glad",    "golden",
    "grand",  "happy",  "hardy", "honest",  "humble",  "ideal",  "jolly",  "keen",    "kind",
    "light",  "lively", "loyal", "lucid",   "lucky",   "mellow", "merry",  "mighty",  "modest",
    "neat",   "nimble", "noble", "patient", "placid",  "polite", "proud",  "prudent", "quick",
    "quiet",  "rapid",  "ready", "robust",  "rosy",    "round",  "sage",   "sharp",   "silver",
    "sleek",  "smart",  "snug",  "solid",   "sound",   "spry",   "steady", "still",   "stout",
    "sunny",  "sure",   "swift", "tidy",    "true",    "trusty", "vivid",  "warm",    "wise"};

constexpr std::array kNouns = {
    "albatross", "anchor",  "bay",       "beacon",   "bollard",    "bow",    "brig",    "buoy",
    "cape",      "capstan", "catamaran", "channel",  "clipper",    "coast",  "compass", "coral",
    "cormorant", "crane",   "current",   "cutter",   "deck",       "dinghy", "dock",    "dolphin",
    "dory",      "estuary", "ferry",     "fjord",    "galleon",    "gannet", "gull",    "harbour",
    "hawser",    "heron",   "hull",      "inlet",    "island",     "jetty",  "junk",    "kayak",
    "keel",      "ketch",   "lagoon",    "lantern",  "lighthouse", "lock",   "lugger",  "mainsail",
    "mast",      "mooring", "narwhal",   "oar",      "osprey",     "otter",  "packet",  "pelican",
    "pier",      "pilot",   "plover",    "porpoise", "puffin",     "quay",   "raft",    "reef",
    "rudder",    "sail",    "schooner",  "seal",     "sextant",    "shoal",  "shore",   "skiff",
    "slipway",   "sloop",   "sound",     "spar",     "starboard",  "strait", "tern",    "tide",
    "tiller",    "trawler", "tug",       "turbot",   "walrus",     "wave",   "whale",   "wharf",
    "yacht",     "yawl"};

}  // namespace

std::string random_name() {
  std::uint32_t numbers[2] = {};
  // Interrupted or short only if the kernel's pool is not ready yet: then any name will do.
  [[maybe_unused]] const auto n = ::getrandom(numbers, sizeof numbers, 0);
  return std::string(kAdjectives[numbers[0] % kAdjectives.size()]) + "_" +
         kNouns[numbers[1] % kNouns.size()];
}

}  // namespace container
