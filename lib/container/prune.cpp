// SPDX-License-Identifier: Apache-2.0
#include "container/prune.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "container/events.hpp"
#include "container/inspect.hpp"
#include "container/remove.hpp"
#include "container/tree_size.hpp"

namespace container {

namespace {

using Labels = std::map<std::string, std::string>;

bool has_label(const Labels& labels, const std::string& wanted) {
  const auto [key, value] = base::split_pair(wanted, '=');
  const auto found = labels.find(key);
  return found != labels.end() && (!value || found->second == *value);
}

bool labels_match(const Labels& labels, const Filters& filters) {
  const auto all_of = [&](const char* key, bool wanted) {
    const auto found = filters.find(key);
    return found == filters.end() ||
           std::all_of(found->second.begin(), found->second.end(), [&](const std::string& label) {
             return has_label(labels, label) == wanted;
           });
  };
  return all_of("label", true) && all_of("label!", false);
}

void check_keys(const Filters& filters, const std::vector<std::string>& known) {
  for (const auto& [key, unused] : filters) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    base::fail(base::Kind::usage, "invalid filter '{}'", key);
  }
}

base::Moment until(const Filters& filters) {
  const auto found = filters.find("until");
  if (found == filters.end() || found->second.empty()) return base::Moment::max();
  const auto moment = base::parse_moment(found->second.back(), base::now());
  if (!moment) base::fail(base::Kind::usage, "invalid filter 'until={}'", found->second.back());
  return *moment;
}

}  // namespace

Pruned prune_containers(Engine& engine, const Filters& filters) {
  check_keys(filters, {"label", "label!", "until"});
  const auto before = until(filters);
  Pruned pruned;
  for (const auto& [record, state] : list(engine, {.all = true, .last = 0, .filters = {}})) {
    if (state.is_running() || record.created > before ||
        !labels_match(record.summary.labels, filters))
      continue;
    try {
      const auto size = sizes_of(engine, record).own;
      remove(engine, record.id, {.force = false, .volumes = false});
      pruned.removed.push_back(record.id);
      pruned.bytes += size;
    } catch (const base::Error& e) {
      // Started or removed by somebody else meanwhile.
      if (e.kind() != base::Kind::wrong_state && e.kind() != base::Kind::not_found) throw;
    }
  }
  return pruned;
}

std::vector<std::string> prunable_volumes(Engine& engine,
                                          VolumeKinds kinds,
                                          const Filters& filters) {
  check_keys(filters, {"label", "label!", "all", "until"});
  const auto asked = filters.find("all");
  const bool named = kinds.named || (asked != filters.end() && asked->second.back() != "false" &&
                                     asked->second.back() != "0");
  const auto before = until(filters);
  std::vector<std::string> names;
  for (const auto& volume : engine.volumes.list()) {
    if (!(volume.anonymous || named) || !labels_match(volume.labels, filters)) continue;
    if (!volume.options.empty() && !kinds.with_options) continue;
    if (volume.created > before || !engine.volumes.users(volume.name).empty()) continue;
    names.push_back(volume.name);
  }
  return names;
}

Pruned prune_volumes(Engine& engine, VolumeKinds kinds, const Filters& filters) {
  Pruned pruned;
  for (const auto& name : prunable_volumes(engine, kinds, filters)) {
    const auto volume = engine.volumes.find(name);
    if (!volume) continue;
    const auto size = tree_size(volume->path);
    try {
      engine.volumes.remove(name);
      record_event(engine.store, volume_event(name, "destroy"));
    } catch (const base::Error& e) {
      if (e.kind() != base::Kind::in_use && e.kind() != base::Kind::not_found) throw;
      continue;
    }
    pruned.removed.push_back(name);
    pruned.bytes += size;
  }
  return pruned;
}

}  // namespace container
