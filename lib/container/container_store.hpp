// SPDX-License-Identifier: Apache-2.0
// Rows of containers. Those made under one static_dir of containers.conf are not found by name nor listed under another, as
// with Podman, whose database lies there. Here all are rows of one database, so that images, volumes and names know of each
// container that uses them; and whoever has an id, as monitors have, needs no static_dir.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "container/record.hpp"
#include "storage/layer_store.hpp"
#include "storage/store.hpp"

namespace container {

class ContainerStore {
 public:
  explicit ContainerStore(storage::Store& store) : store_(store) {}

  /// Empty unless containers.conf says otherwise.
  void use_static_dir(std::string path) { static_dir_ = std::move(path); }

  /// By name (a leading / is ignored), id, or unique prefix of an id. Kind usage when a prefix is ambiguous.
  std::optional<Record> find(const std::string& text);

  /// The same; kind not_found "No such container: x".
  Record get(const std::string& text);

  std::optional<Record> find_by_id(const std::string& id);

  /// All, newest first.
  std::vector<Record> list();

  /// Those of them that Record::may_run() is true for.
  std::vector<Record> list_that_may_run();

  /// The same, whatever their static_dir.
  std::vector<Record> list_everywhere();

  /// The details of a record.
  Details details(const std::string& id);

  /// What --cidfile named, by id, of those containers that have it: without reading the details of all.
  std::map<std::string, std::string> cid_files();

  /// Whether the labels of a container end with this level of SELinux.
  bool has_level(const std::string& level);

  /// Adds a row with its layers and volumes in one transaction. Kind exists with Docker's sentence when the name is
  /// taken. `--rm` containers need not survive a power loss.
  void add(const Record& record, const Details& details, const std::vector<storage::Layer>& layers);

  /// Layers that stay as long as the container, without being below it. Inside a transaction; nothing happens when there is
  /// no such container.
  void keep_layers(const std::string& id, const std::vector<storage::Layer>& layers);

  /// `restarts`: how many of them the restart policy has made by now.
  void set_started(const Record& record, base::Moment started, int restarts = 0);
  /// Of a container that was changed (update).
  void set_details(const std::string& id, const Details& details);

  void set_error(const std::string& id, int exit_code, const std::string& error);
  void set_finished(const Record& record);
  void rename(const std::string& id, const std::string& name);

  /// Removes the row with its references.
  void remove(const Record& record);

 private:
  storage::Sync sync_of(bool transient) const {
    return transient ? storage::Sync::none : storage::Sync::full;
  }

  storage::Store& store_;
  std::string static_dir_;
};

}  // namespace container
