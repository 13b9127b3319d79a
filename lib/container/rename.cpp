// SPDX-License-Identifier: Apache-2.0
#include "container/rename.hpp"

#include "base/error.hpp"
#include "container/events.hpp"
#include "storage/names.hpp"

namespace container {

void rename(Engine& engine, const std::string& name, const std::string& new_name) {
  const auto lock = engine.lock(engine.containers.get(name).id);
  const Record record = engine.containers.get(name);
  const std::string wanted = new_name.starts_with('/') ? new_name.substr(1) : new_name;
  if (wanted == record.name) {
    base::fail(base::Kind::usage, "Renaming a container with the same name as its current name");
  }
  if (!storage::is_object_name(wanted)) {
    base::fail(base::Kind::usage,
               "Error when allocating new name: Invalid container name (/{}), only "
               "[a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
               wanted);
  }
  base::in_context("Error when allocating new name",
                   [&] { engine.containers.rename(record.id, wanted); });
  record_event(
      engine.store,
      {"container",
       "rename",
       record.id,
       {{"image", record.summary.image_name}, {"name", wanted}, {"oldName", "/" + record.name}}});
}

}  // namespace container
