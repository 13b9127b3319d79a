// SPDX-License-Identifier: Apache-2.0
#include "options/filters.hpp"

#include <functional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "errors.hpp"

namespace cli {

namespace {

void add(FlagTable& table,
         bool short_form,
         std::function<void(const std::string&, const std::string&, bool)> take) {
  table
      .add_option_function<std::string>(
          short_form ? "-f,--filter" : "--filter",
          [take = std::move(take)](const std::string& text) {
            const auto [key, value] = base::split_pair(text, '=');
            take(value ? base::lower(std::string(base::trim(key))) : text,
                 std::string(base::trim(value.value_or(""))),
                 value.has_value());
          },
          "Filter output based on conditions provided")
      .type_name("filter");
}

}  // namespace

void add_filters(FlagTable& table, container::Filters& filters, bool short_form) {
  add(table,
      short_form,
      [&filters](const std::string& key, const std::string& value, bool is_whole) {
        if (!is_whole) base::fail(base::Kind::usage, "bad format of filter (expected name=value)");
        filters[key].push_back(value);
      });
}

void add_podman_filters(FlagTable& table, container::Filters& filters, bool short_form) {
  add(table,
      short_form,
      [&filters](const std::string& key, const std::string& value, bool is_whole) {
        if (!is_whole) client_fail("invalid filter \"{}\"", key);
        filters[key].push_back(value);
      });
}

}  // namespace cli
