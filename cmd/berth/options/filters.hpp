// SPDX-License-Identifier: Apache-2.0
// --filter key=value, as all listings and prunes have it.
#pragma once

#include <string>

#include "container/listing.hpp"
#include "flags.hpp"

namespace cli {

/// Declares -f,--filter (only --filter when `short_form` is false, for verbs whose -f is --force).
void add_filters(FlagTable& table, container::Filters& filters, bool short_form = true);

/// The same; podman's refusal of a filter without a value is no usage error.
void add_podman_filters(FlagTable& table, container::Filters& filters, bool short_form = true);

}  // namespace cli
