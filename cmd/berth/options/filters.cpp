// SPDX-License-Identifier: Apache-2.0
#include "options/filters.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace cli {

void add_filters(FlagTable& table, container::Filters& filters, bool short_form) {
  table
      .add_option_function<std::string>(
          short_form ? "-f,--filter" : "--filter",
          [&filters](const std::string& text) {
            const auto [key, value] = base::split_pair(text, '=');
            if (!value) base::fail(base::Kind::usage, "bad format of filter (expected name=value)");
            filters[base::lower(std::string(base::trim(key)))].emplace_back(base::trim(*value));
          },
          "Filter output based on conditions provided")
      .type_name("filter");
}

}  // namespace cli
