// SPDX-License-Identifier: Apache-2.0
#include "container/commit.hpp"

#include <algorithm>
#include <fcntl.h>
#include <optional>

#include "base/error.hpp"
#include "base/rollback.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/changes.hpp"
#include "container/copied_root.hpp"
#include "container/events.hpp"
#include "container/files.hpp"
#include "container/inspect.hpp"
#include "container/pause.hpp"
#include "container/user_mapping.hpp"
#include "image/change.hpp"
#include "image/transfer.hpp"

namespace container {

namespace {

void merge_variables(base::Json& env, const base::Json& given) {
  if (!given.is_array()) base::fail(base::Kind::usage, "Env of the config is no list");
  if (!env.is_array()) env = base::Json::array();
  const auto name_of = [](const base::Json& variable) {
    const auto text = variable.is_string() ? variable.get<std::string>() : "";
    return text.substr(0, text.find('='));
  };
  for (const auto& variable : given) {
    const auto same = std::find_if(env.begin(), env.end(), [&](const base::Json& other) {
      return name_of(other) == name_of(variable);
    });
    if (same == env.end())
      env.push_back(variable);
    else
      *same = variable;
  }
}

/// What is given goes over what is there: variables and maps one by one, all else as a whole.
void merge_config(base::Json& config, const base::Json& given) {
  for (const auto& [key, value] : given.items()) {
    if (value.is_null()) continue;
    if (key == "Env")
      merge_variables(config[key], value);
    else if (value.is_object() && config.contains(key))
      config[key].merge_patch(value);
    else
      config[key] = value;
  }
}

/// The container's own settings as an image's: what inspect shows of them.
image::RunConfig run_config(Engine& engine, const Record& record, const CommitOptions& options) {
  base::Json shown = inspect(engine, record)["Config"];
  base::Json plain = base::Json::object();
  for (const auto& [key, value] : shown.items()) {
    if (!value.is_null()) plain[key] = value;
  }
  merge_config(plain, options.config);
  auto run = base::from_json<image::RunConfig>(plain, "container config");
  if (options.include_volumes) {
    for (const auto& mount : engine.containers.details(record.id).options.mounts) {
      if (mount.type == "volume") run.volumes[mount.target] = base::Json::object();
    }
  }
  constexpr const char* kPodman = "container=podman";
  if (options.podman && std::find(run.env.begin(), run.env.end(), kPodman) == run.env.end())
    run.env.emplace_back(kPodman);
  image::apply_changes(run, options.changes);
  // The OCI format has no place for it.
  if (!options.docker_format) run.healthcheck.reset();
  return run;
}

/// The config of the image below as far as it is still here, without what --squash forgets.
image::Config config_below(Engine& engine, const Record& record, const CommitOptions& options) {
  image::Config config;
  const auto details = engine.containers.details(record.id);
  if (const auto image = engine.images.find_by_id(record.image)) {
    config = engine.images.config(*image);
  } else {
    config.os = details.platform.os;
    config.architecture = details.platform.architecture;
    config.variant = details.platform.variant;
    for (const auto& layer : engine.layers.of_container(record.id)) {
      if (!layer.id.starts_with("fixup:")) config.rootfs.diff_ids.push_back(layer.id);
    }
  }
  if (options.squash) {
    config.rootfs.diff_ids.clear();
    config.history.clear();
  }
  return config;
}

image::CommitRequest request_of(Engine& engine,
                                const Record& record,
                                const CommitOptions& options) {
  image::CommitRequest request;
  request.config = config_below(engine, record, options);
  request.config.config = run_config(engine, record, options);
  request.config.author = options.author;
  request.config.created = base::rfc3339(base::now());
  request.step.created = request.config.created;
  request.step.author = options.author;
  request.step.comment = options.message;
  request.step.created_by = base::join(record.summary.command, " ");
  request.docker_format = options.docker_format;
  request.tells = options.tells;
  request.reference = options.reference;
  if (!options.squash && engine.images.find_by_id(record.image)) request.parent = record.image;
  request.is_upper = !options.squash;
  request.mapping = user_mapping(engine.containers.details(record.id).options.namespaces);
  return request;
}

/// False when it stands still already, or need not.
bool pause_for_commit(Engine& engine, const Files& files, CommitPause how) {
  if (how == CommitPause::never || !files.state().is_running()) return false;
  try {
    pause(engine, files.record().id);
    return true;
  } catch (const base::Error& e) {
    // It has ended, or somebody else has paused it, and will let it go on.
    if (e.kind() == base::Kind::wrong_state) return false;
    if (e.kind() == base::Kind::unsupported && how == CommitPause::if_possible) return false;
    throw;
  }
}

void go_on(Engine& engine, const Record& record) {
  try {
    unpause(engine, record.id);
  } catch (const base::Error& e) {
    // Killed or let go on by somebody else, meanwhile.
    if (e.kind() != base::Kind::wrong_state && e.kind() != base::Kind::not_found) throw;
  }
}

/// As a CommitRequest's descriptor tells it.
std::string delta_of(const Changes& changes) {
  std::string text;
  for (const auto& change : changes.list) {
    text += change.what == Change::What::removed ? '-' : '+';
    text.append(change.path, 1);
    text += '\0';
  }
  return text;
}

/// The files into the store; the new image's id.
std::string transfer(Engine& engine, const Files& files, const CommitOptions& options) {
  const auto& record = files.record();
  auto request = request_of(engine, record, options);
  const auto changes = changes_of_container(engine, record);
  request.without = changes.placeholders;
  image::Transfer to_store(engine.store);
  if (options.squash) return to_store.commit(request, files.root()).image;
  for (const auto& layer : engine.layers.of_container(record.id))
    request.layers.push_back(layer.id);
  if (base::exists(copied_root(engine, record.id))) {
    request.is_upper = false;
    request.is_delta = true;
    const auto root = base::open_file(copied_root(engine, record.id), O_RDONLY | O_DIRECTORY);
    const auto delta = base::make_memory_file("delta", delta_of(changes));
    return to_store.commit(request, root.get(), delta.get()).image;
  }
  const auto upper =
      base::open_file(engine.store.paths().container(record.id) + "/upper", O_RDONLY | O_DIRECTORY);
  return to_store.commit(request, upper.get()).image;
}

}  // namespace

std::string commit(Engine& engine, const std::string& name, const CommitOptions& options) {
  const Files files(engine, name, Files::With::rootfs);
  const auto& record = files.record();
  base::Rollback undo;
  const bool paused = pause_for_commit(engine, files, options.pause);
  if (paused) undo.on_failure([&] { go_on(engine, record); });
  const std::string id = transfer(engine, files, options);
  const std::string& name_given = options.reference;
  record_event(
      engine.store,
      container_event(
          record,
          "commit",
          {{"comment", options.message},
           {"imageID", id},
           {"imageRef", name_given.empty() ? "" : image::parse_reference(name_given).familiar()}}));
  undo.commit();
  // After the event, as in Docker.
  if (paused) go_on(engine, record);
  return id;
}

}  // namespace container
