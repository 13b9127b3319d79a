// SPDX-License-Identifier: Apache-2.0
// Secrets: a row each, and what is secret in a file of its own that only its owner reads. The data is in no row, so that it is
// in no log of the database, and in no error.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "storage/store.hpp"

namespace storage {

struct Secret {
  std::string id;  ///< 25 hexadecimal digits
  std::string name;
  std::string driver = "file";
  base::Moment created{}, updated{};
  std::map<std::string, std::string> labels;
};

/// What becomes of a secret whose name is taken.
enum class TakenName { refuse, replace, keep };

class SecretStore {
 public:
  /// Podman's limits: data has at least one byte and less than these.
  static constexpr std::size_t kTooLarge = 512000;

  explicit SecretStore(Store& store) : store_(store) {}

  /// By name, id, or the beginning of an id. Kind usage when several ids begin so.
  std::optional<Secret> find(const std::string& name_or_id);

  /// Kind not_found: "no secret with name or id "x": no such secret".
  Secret get(const std::string& name_or_id);

  /// In the order of their names.
  std::vector<Secret> list();

  /// Keeps `data` under wanted's name and labels. A replaced secret gets a new id.
  Secret create(Secret wanted, std::string_view data, TakenName taken);

  /// What was kept.
  std::string data(const Secret& secret);

  /// Returns the id of what was removed. Containers keep what they were created with.
  std::string remove(const std::string& name_or_id);

 private:
  std::string file(const std::string& id) const { return store_.paths().secrets() + "/" + id; }

  void sweep();

  Store& store_;
};

}  // namespace storage
