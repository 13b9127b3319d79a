// SPDX-License-Identifier: Apache-2.0
#include "container/dependents.hpp"

#include <algorithm>
#include <array>

namespace container {

namespace {

bool stands_on(const Details& details, const Record& record) {
  const std::string joined = "container:" + record.id;
  const auto& n = details.options.namespaces;
  const std::array modes = {&n.pid, &n.ipc, &n.uts, &n.user, &n.cgroup, &n.network};
  const bool joins =
      std::ranges::any_of(modes, [&](const std::string* mode) { return *mode == joined; });
  return joins || std::ranges::any_of(details.options.volumes_from, [&](const std::string& text) {
           const auto name = text.substr(0, text.find(':'));
           return name == record.name || record.id.starts_with(name);
         });
}

}  // namespace

std::vector<Record> dependents(Engine& engine, const Record& record) {
  // The text is only a first choice: name and id may stand in a label as well.
  std::vector<std::string> ids;
  auto rows = engine.store.database().query(
      "SELECT id FROM containers WHERE id <> ?1 AND (instr(config, ?1) > 0 OR instr(config, ?2) > "
      "0) ORDER BY created DESC",
      record.id,
      record.name);
  while (rows.next()) ids.push_back(rows.text(0));
  std::vector<Record> found;
  for (const auto& id : ids) {
    const auto other = engine.containers.find_by_id(id);
    if (other && stands_on(engine.containers.details(id), record)) found.push_back(*other);
  }
  return found;
}

}  // namespace container
