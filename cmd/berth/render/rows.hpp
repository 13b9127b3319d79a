// SPDX-License-Identifier: Apache-2.0
// Rows of a listing that are made when they are printed, no more of each than the template asks
// for: a long list is mostly the making of its rows.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "render/output.hpp"

namespace render {

class Rows {
 public:
  virtual ~Rows() = default;

  virtual std::size_t count() const = 0;

  /// The number of the field of this name; nothing when some row cannot print it by itself.
  virtual std::optional<std::size_t> find_field(std::string_view name) const = 0;

  /// Appends what {{.Field}} prints.
  virtual void print_field(std::size_t row, std::size_t field, std::string& out) = 0;

  /// A row with all fields that the template may name, for one that does more than to print them.
  /// Each row is taken once.
  virtual Json take(std::size_t row) = 0;
};

/// print_listing of output.hpp, of rows that are made for it.
void print_rows(const Listing& listing, Rows& rows, const std::string& format, bool quiet = false);

}  // namespace render
