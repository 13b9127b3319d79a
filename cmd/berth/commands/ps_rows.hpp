// SPDX-License-Identifier: Apache-2.0
// Rows of `ps`, in the fields that docker's templates name.
#pragma once

#include <string>
#include <vector>

#include "container/listing.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

struct PsOptions {
  bool no_trunc = false, size = false;
  base::Moment now;
  /// The template of the rows: fields that it does not name are left out. Empty: all fields.
  std::string shown = {};

  bool shows(const char* field) const {
    return shown.empty() || shown.find(field) != std::string::npos;
  }
};

std::vector<base::Json> ps_rows(container::Engine& engine,
                                const std::vector<container::Listed>& listed,
                                const PsOptions& options);

/// "Up 5 minutes", "Exited (0) 2 hours ago", "Created".
std::string status_text(const container::State& state, base::Moment now);

}  // namespace cli
