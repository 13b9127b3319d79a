// SPDX-License-Identifier: Apache-2.0
#include "catalogue.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace cli {

namespace {

constexpr std::size_t kLongestName = 3;  ///< words: "image trust show"

/// "container ls" is in "container", "run" in "".
std::string group_of(const std::string& name) {
  const auto space = name.rfind(' ');
  return space == std::string::npos ? "" : name.substr(0, space);
}

std::string last_word(const std::string& name) {
  const auto space = name.rfind(' ');
  return space == std::string::npos ? name : name.substr(space + 1);
}

/// The name that a verb is told by in a group: the first of those it has there; "list" of what lists images and containers is
/// podman's, "ls" docker's.
const std::string* name_in(const Verb& verb, const std::string& group, Dialect dialect) {
  const bool lists = dialect == Dialect::podman && (group == "container" || group == "image");
  const std::string* first = nullptr;
  for (const auto& name : verb.names) {
    if (group_of(name) != group) continue;
    if (lists && last_word(name) == "list") return &name;
    if (!first) first = &name;
  }
  return first;
}

const Verb* find_verb(const Verbs& verbs, const std::string& name) {
  for (const auto& verb : verbs.all()) {
    if (std::find(verb.names.begin(), verb.names.end(), name) != verb.names.end()) return &verb;
  }
  return nullptr;
}

/// How many letters must be changed, added or removed (Levenshtein).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

/// Podman's words where they are not those of the declaration, which are Docker's. A verb of "container" is found by its last
/// word, too.
const std::string& podman_summary(const std::string& name, const std::string& usual) {
  static const std::map<std::string, std::string> summaries = {
      {"attach", "Attach to a running container"},
      {"commit", "Create new image based on the changed container"},
      {"create", "Create but do not start a container"},
      {"events", "Show podman system events"},
      {"exec", "Run a process in a running container"},
      {"export", "Export container's filesystem contents as a tar archive"},
      {"history", "Show history of a specified image"},
      {"images", "List images in local storage"},
      {"import", "Import a tarball to create a filesystem image"},
      {"kill", "Kill one or more running containers with a specific signal"},
      {"load", "Load image(s) from a tar archive"},
      {"logs", "Fetch the logs of one or more containers"},
      {"pause", "Pause all the processes in one or more containers"},
      {"pull", "Pull an image from a registry"},
      {"rename", "Rename an existing container"},
      {"rmi", "Remove one or more images from local storage"},
      {"run", "Run a command in a new container"},
      {"save", "Save image(s) to an archive"},
      {"start", "Start one or more containers"},
      {"stats", "Display a live stream of container resource usage statistics"},
      {"stop", "Stop one or more containers"},
      {"unpause", "Unpause the processes in one or more containers"},
      {"update", "Update an existing container"},
      {"wait", "Block on one or more containers"},
      {"image history", "Show history of a specified image"},
      {"image import", "Import a tarball to create a filesystem image"},
      {"image inspect", "Display the configuration of an image"},
      {"image load", "Load image(s) from a tar archive"},
      {"image list", "List images in local storage"},
      {"image pull", "Pull an image from a registry"},
      {"image rm", "Remove one or more images from local storage"},
      {"image save", "Save image(s) to an archive"},
      {"container cleanup", "Clean up network and mountpoints of one or more containers"},
      {"container diff", "Inspect changes to the container's file systems"},
      {"container inspect", "Display the configuration of a container"},
      {"container prune", "Remove all non running containers"},
      {"system check", "Check storage consistency"},
      {"container clone", "Clone an existing container"},
      {"system df", "Show podman disk usage"},
      {"system events", "Show podman system events"},
      {"system reset", "Reset podman storage"},
      {"volume create", "Create a new volume"},
      {"volume exists", "Check if volume exists"},
      {"volume prune", "Remove unused volumes"},
  };
  auto found = summaries.find(name);
  if (found == summaries.end() && name.starts_with("container "))
    found = summaries.find(last_word(name));
  return found == summaries.end() ? usual : found->second;
}

}  // namespace

const std::string& summary_of(Dialect dialect, const Verb& verb, const std::string& name) {
  return dialect == Dialect::podman ? podman_summary(name, verb.summary) : verb.summary;
}

Found find_command(const Verbs& verbs, const Words& words) {
  Found group;
  Found best;
  std::string name;
  for (std::size_t n = 0; n < std::min(words.size(), kLongestName); ++n) {
    name += (n == 0 ? "" : " ") + words[n];
    if (const Verb* verb = find_verb(verbs, name))
      best = {verb, *name_in(*verb, group_of(name), verbs.dialect()), n + 1};
    else if (is_group(verbs, name))
      group = {nullptr, name, n + 1};
  }
  return best.words > group.words ? best : group;
}

bool is_group(const Verbs& verbs, const std::string& name) {
  const std::string prefix = name + " ";
  return std::any_of(verbs.all().begin(), verbs.all().end(), [&](const Verb& verb) {
    return std::any_of(
        verb.names.begin(), verb.names.end(), [&](const auto& n) { return n.starts_with(prefix); });
  });
}

std::string group_summary(const std::string& group, Dialect dialect) {
  if (dialect == Dialect::podman && group == "system") return "Manage podman";
  if (dialect == Dialect::podman && group == "generate")
    return "Generate structured data based on containers, pods or volumes";
  static const std::map<std::string, std::string> summaries = {
      {"builder", "Manage builds"},
      {"container", "Manage containers"},
      {"generate", "Generate structured data"},
      {"healthcheck", "Manage health checks on containers"},
      {"image", "Manage images"},
      {"manifest", "Manage manifest lists"},
      {"network", "Manage networks"},
      {"pod", "Manage pods"},
      {"secret", "Manage secrets"},
      {"system", "Manage Docker"},
      {"volume", "Manage volumes"},
  };
  const auto found = summaries.find(group);
  return found == summaries.end() ? "Manage " + group : found->second;
}

std::string group_description(const std::string& group, Dialect dialect) {
  if (group == "volume") return "Volumes are created in and can be shared between containers";
  return group_summary(group, dialect);
}

std::vector<Entry> entries_of(const Verbs& verbs, const std::string& group) {
  std::map<std::string, Entry> entries;
  const std::string prefix = group.empty() ? "" : group + " ";
  for (const auto& verb : verbs.all()) {
    if (verb.group == Group::hidden) continue;
    if (const auto* name = name_in(verb, group, verbs.dialect())) {
      entries[last_word(*name)] = {
          last_word(*name), summary_of(verbs.dialect(), verb, *name), verb.group, &verb};
    }
    for (const auto& name : verb.names) {
      if (!name.starts_with(prefix)) continue;
      const auto space = name.find(' ', prefix.size());
      if (space == std::string::npos) continue;
      const std::string child = name.substr(0, space);
      const std::string word = child.substr(prefix.size());
      entries.insert(
          {word, {word, group_summary(child, verbs.dialect()), Group::management, nullptr}});
    }
  }
  std::vector<Entry> sorted;
  for (auto& [name, entry] : entries) sorted.push_back(std::move(entry));
  return sorted;
}

std::vector<std::string> similar_names(const Verbs& verbs,
                                       const std::string& group,
                                       const std::string& word) {
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const auto& entry : entries_of(verbs, group)) {
    const auto d = distance(word, entry.name);
    // As cobra: two letters off, or the beginning of the name.
    if (d <= 2 || entry.name.starts_with(word)) near.emplace_back(d, entry.name);
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> names;
  for (auto& [d, name] : near) names.push_back(std::move(name));
  return names;
}

}  // namespace cli
