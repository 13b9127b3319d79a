// SPDX-License-Identifier: Apache-2.0
// Rows of `images` as the two dialects have them.
#pragma once

#include <string>
#include <vector>

#include "base/json_fields.hpp"
#include "image/filter.hpp"

namespace cli {

struct RowOptions {
  bool no_trunc = false;
  bool digests = false;  ///< a row for each digest (docker)
  base::Moment now{};
};

/// A row for each name; Docker's fields, all of them text.
std::vector<base::Json> docker_rows(const std::vector<image::Listed>& images,
                                    const RowOptions& options);

/// The same with the fields that podman's templates know.
std::vector<base::Json> podman_rows(const std::vector<image::Listed>& images,
                                    const RowOptions& options);

/// What podman prints for --format json.
std::vector<base::Json> podman_json(const std::vector<image::Listed>& images,
                                    const RowOptions& options);

/// "3 minutes ago", or "N/A" for a time that is not known.
std::string ago(base::Moment moment, base::Moment now);

}  // namespace cli
