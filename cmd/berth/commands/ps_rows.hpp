// SPDX-License-Identifier: Apache-2.0
// Rows of `ps`, in the fields that docker's templates name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "container/listing.hpp"
#include "render/rows.hpp"
#include "session.hpp"

namespace cli {

struct PsOptions {
  bool no_trunc = false, size = false;
  base::Moment now;
  /// The template of rows that are taken as JSON: fields that it does not name are left out. Empty: all fields.
  std::string shown = {};
  /// With what {{.Label "app"}} looks into.
  bool with_label_map = false;

  bool shows(const char* field) const {
    return shown.empty() || shown.find(field) != std::string::npos;
  }
};

class PsRows final : public render::Rows {
 public:
  /// Refers to what it is given.
  PsRows(container::Engine& engine,
         const std::vector<container::Listed>& listed,
         const PsOptions& options)
      : engine_(engine), listed_(listed), options_(options) {}

  std::size_t count() const override { return listed_.size(); }

  std::optional<std::size_t> find_field(std::string_view name) const override;
  void print_field(std::size_t row, std::size_t field, std::string& out) override;
  base::Json take(std::size_t row) override;

  /// What fields are made with.
  container::Engine& engine() { return engine_; }

  const PsOptions& options() const { return options_; }

  /// The name of its image as it is shown; each is asked for once.
  const std::string& image_text(const container::Listed& listed);

 private:
  container::Engine& engine_;
  const std::vector<container::Listed>& listed_;
  const PsOptions& options_;
  /// By id and name, which lie in the listed containers.
  std::map<std::pair<std::string_view, std::string_view>, std::string> image_texts_;
};

/// "Up 5 minutes", "Exited (0) 2 hours ago", "Created".
std::string status_text(const container::State& state, base::Moment now);

}  // namespace cli
