// SPDX-License-Identifier: Apache-2.0
// berth rename
#include "container/rename.hpp"

#include "base/error.hpp"
#include "commands/list.hpp"
#include "session.hpp"
#include "storage/names.hpp"

namespace cli {

namespace {

/// Docker's client puts its own words before the engine's.
int rename_as_docker(Session& session, const std::string& name, const std::string& new_name) {
  try {
    if (new_name.empty()) {
      throw ClientError(
          "failed to rename container: new name cannot be blank", 0, ClientError::Form::bare);
    }
    container::rename(session.engine(), name, new_name);
  } catch (const base::Error& e) {
    throw ClientError(
        "failed to rename container: " + session.speech().tell(e).text, 0, ClientError::Form::bare);
  }
  return 0;
}

int rename_as_podman(Session& session, const std::string& name, const std::string& wanted) {
  const std::string new_name = wanted.starts_with('/') ? wanted.substr(1) : wanted;
  auto& engine = session.engine();
  const auto record = engine.containers.get(name);
  if (!storage::is_object_name(new_name))
    client_fail("names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument");
  try {
    container::rename(engine, name, new_name);
  } catch (const base::Error& e) {
    if (e.kind() != base::Kind::exists && record.name != new_name) throw;
    client_fail("renaming container {}: name \"{}\" is in use: container already exists",
                record.id,
                new_name);
  }
  return 0;
}

}  // namespace

void register_rename(Verbs& verbs) {
  verbs.add({
      .names = {"rename", "container rename"},
      .usage = "CONTAINER NEW_NAME",
      .summary = "Rename a container",
      .arity = {2, 2},
      .completes = Completes::containers,
      .act =
          [](Session& session, const Words& words) {
            return session.is_podman() ? rename_as_podman(session, words[0], words[1])
                                       : rename_as_docker(session, words[0], words[1]);
          },
  });
}

}  // namespace cli
