// SPDX-License-Identifier: Apache-2.0
// Rows of podman's ps: as JSON has them, and as templates see them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "commands/ps_podman.hpp"
#include "container/inspect.hpp"
#include "render/rows.hpp"

namespace cli {

class PodmanPsRows final : public render::Rows {
 public:
  /// Refers to what it is given. `listed` is newest first, rows are oldest first, or sorted as the flags say.
  PodmanPsRows(container::Engine& engine,
               const std::vector<container::Listed>& listed,
               const PsFlags& flags,
               base::Moment now);

  std::size_t count() const override { return rows_.size(); }

  std::optional<std::size_t> find_field(std::string_view name) const override;
  void print_field(std::size_t row, std::size_t field, std::string& out) override;

  /// The fields that templates may name; for {{json .}}, the structure.
  base::Json take(std::size_t row) override;

  /// As --format json has it: the structure, with times and the status as text.
  base::Json take_json(std::size_t row);

  // What fields are made with.

  container::Engine& engine() { return engine_; }

  const PsFlags& flags() const { return flags_; }

  base::Moment now() const { return now_; }

  /// The full name of its image.
  const std::string& image_name(const container::Listed& listed);

  /// Measured once, for --size.
  const container::Sizes& sizes(const container::Listed& listed);

 private:
  void sort(const std::string& key);
  base::Json structure(const container::Listed& listed);
  base::Json report(const container::Listed& listed);

  container::Engine& engine_;
  std::vector<const container::Listed*> rows_;
  const PsFlags& flags_;
  base::Moment now_;
  std::map<std::string, std::vector<std::string>> names_;  ///< of images by id
  /// Of images by id and the name that was given, which lie in the listed containers.
  std::map<std::pair<std::string_view, std::string_view>, std::string> image_names_;
  std::map<const container::Listed*, container::Sizes> sizes_;
  std::map<std::string, std::string> cid_files_;  ///< by id, where they are shown
};

/// {{.Label "app"}}
base::Json podman_label(const base::Json& row, const std::vector<base::Json>& arguments);

}  // namespace cli
