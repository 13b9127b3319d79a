// SPDX-License-Identifier: Apache-2.0
// Columns: tabs end cells, newlines end rows, as in Go's tabwriter. A column spans the neighbouring
// rows that have it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace render {

struct TableStyle {
  std::size_t narrowest = 10;  ///< of a column, with its padding
  std::size_t padding = 3;
};

inline constexpr TableStyle kDockerTable = {};
inline constexpr TableStyle kPodmanTable = {.narrowest = 12, .padding = 2};

std::string align_columns(std::string_view text, const TableStyle& style);

}  // namespace render
