// SPDX-License-Identifier: Apache-2.0
// --filter key=value, as all listings and prunes have it.
#pragma once

#include <string>

#include "container/listing.hpp"

namespace CLI {
class App;
}

namespace cli {

/// Declares -f,--filter (only --filter when `short_form` is false, for verbs whose -f is --force).
void add_filters(CLI::App& app, container::Filters& filters, bool short_form = true);

}  // namespace cli
