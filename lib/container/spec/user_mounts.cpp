// SPDX-License-Identifier: Apache-2.0
// From a mount option to the runtime's words.
#include <algorithm>
#include <array>

#include "container/spec/spec.hpp"

namespace container {

namespace {

/// Flags that exclude each other: a later one takes the place of an earlier one of its row.
constexpr std::array<std::array<std::string_view, 2>, 13> kFlags{{
    {"ro", "rw"},
    {"exec", "noexec"},
    {"suid", "nosuid"},
    {"dev", "nodev"},
    {"sync", "async"},
    {"dirsync", "dirsync"},
    {"atime", "noatime"},
    {"diratime", "nodiratime"},
    {"relatime", "norelatime"},
    {"strictatime", "nostrictatime"},
    {"mand", "nomand"},
    {"tmpcopyup", "notmpcopyup"},
    {"noswap", "noswap"},
}};
constexpr std::array<std::string_view, 8> kPropagations{"private",
                                                        "rprivate",
                                                        "slave",
                                                        "rslave",
                                                        "shared",
                                                        "rshared",
                                                        "unbindable",
                                                        "runbindable"};
constexpr std::array<std::string_view, 7>
    kTmpfsData{"size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol"};

/// What an option replaces, or nothing when tmpfs has no such option.
std::string_view slot_of(std::string_view option) {
  for (const auto& row : kFlags) {
    if (std::find(row.begin(), row.end(), option) != row.end()) return row[0];
  }
  if (std::find(kPropagations.begin(), kPropagations.end(), option) != kPropagations.end())
    return "propagation";
  const auto equals = option.find('=');
  const auto key = option.substr(0, equals);
  if (equals == std::string_view::npos) return {};
  const auto* found = std::find(kTmpfsData.begin(), kTmpfsData.end(), key);
  return found == kTmpfsData.end() ? std::string_view{} : *found;
}

std::vector<std::string> tmpfs_options(const MountOption& option) {
  std::vector<std::string> wanted{"noexec", "nosuid", "nodev", "rprivate"};
  if (option.read_only) wanted.emplace_back("ro");
  if (option.mode) wanted.push_back(fmt::format("mode={:o}", *option.mode));
  if (option.size) wanted.push_back(fmt::format("size={}", *option.size));
  wanted.insert(wanted.end(), option.options.begin(), option.options.end());
  std::vector<std::string> merged;
  for (const auto& word : wanted) {
    if (word == "defaults") continue;
    const auto slot = slot_of(word);
    if (slot.empty()) base::fail(base::Kind::usage, "invalid tmpfs option [\"{}\"]", word);
    std::erase_if(merged, [&](const std::string& earlier) { return slot_of(earlier) == slot; });
    merged.push_back(word);
  }
  std::erase(merged, "notmpcopyup");  // not a word of the runtime's
  return merged;
}

std::vector<std::string> bind_options(const MountOption& option) {
  std::vector<std::string> words{option.recursive ? "rbind" : "bind"};
  if (option.read_only)
    words.emplace_back(option.recursive && option.read_only_recursive ? "rro" : "ro");
  words.push_back(option.propagation.empty() ? "rprivate" : option.propagation);
  words.insert(words.end(), option.options.begin(), option.options.end());
  return words;
}

}  // namespace

SpecMount spec_mount(const MountOption& option, const std::string& source) {
  if (option.type == "tmpfs") return {"tmpfs", option.target, "tmpfs", tmpfs_options(option)};
  if (option.type == "ramfs" || option.type == "devpts") {
    auto words = option.options;
    if (option.read_only) words.emplace_back("ro");
    return {option.type, option.target, option.type, std::move(words)};
  }
  return {source, option.target, "bind", bind_options(option)};
}

}  // namespace container
