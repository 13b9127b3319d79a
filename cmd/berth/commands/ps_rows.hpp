// SPDX-License-Identifier: Apache-2.0
// Rows of `ps`, in the fields that docker's templates name.
#pragma once

#include <vector>

#include "container/listing.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

struct PsOptions {
  bool no_trunc = false, size = false;
  base::Moment now;
};

std::vector<base::Json> ps_rows(container::Engine& engine,
                                const std::vector<container::Listed>& listed,
                                const PsOptions& options);

/// "Up 5 minutes", "Exited (0) 2 hours ago", "Created".
std::string status_text(const container::State& state, base::Moment now);

}  // namespace cli
