// SPDX-License-Identifier: Apache-2.0
#include "render/table.hpp"

#include <algorithm>
#include <vector>

namespace render {

namespace {

/// Cells that a terminal takes for a text: its code points.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

struct Cell {
  std::string_view text;
  std::size_t width;
};

/// Calls `take` with each part between separators.
template <typename Take>
void split(std::string_view text, char separator, Take take) {
  for (std::size_t end = 0; end != std::string_view::npos; text.remove_prefix(end + 1)) {
    end = text.find(separator);
    take(text.substr(0, end));
    if (end == std::string_view::npos) return;
  }
}

class Table {
 public:
  /// The text outlives the table.
  Table(std::string_view text, const TableStyle& style) : style_(style) {
    split(text, '\n', [&](std::string_view line) {
      auto& row = rows_.emplace_back();
      split(line, '\t', [&](std::string_view cell) { row.push_back({cell, width_of(cell)}); });
    });
  }

  std::string aligned() {
    std::vector<std::size_t> widths;
    std::string out;
    print(0, rows_.size(), widths, out);
    out.pop_back();  // the text's last line has no newline of its own
    return out;
  }

 private:
  /// The last cell of a row is not part of a column.
  bool has_column(std::size_t row, std::size_t column) const {
    return column + 1 < rows_[row].size();
  }

  /// Prints rows whose first `widths.size()` columns are known, finding the next column block by
  /// block.
  void print(std::size_t first,
             std::size_t end,
             std::vector<std::size_t>& widths,
             std::string& out) {
    const std::size_t column = widths.size();
    for (std::size_t row = first; row < end;) {
      if (!has_column(row, column)) {
        print_row(rows_[row++], widths, out);
        continue;
      }
      std::size_t width = style_.narrowest;
      std::size_t last = row;
      for (; last < end && has_column(last, column); ++last) {
        width = std::max(width, rows_[last][column].width + style_.padding);
      }
      widths.push_back(width);
      print(row, last, widths, out);
      widths.pop_back();
      row = last;
    }
  }

  static void print_row(const std::vector<Cell>& cells,
                        const std::vector<std::size_t>& widths,
                        std::string& out) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += cells[i].text;
      if (i + 1 < cells.size()) out.append(widths[i] - cells[i].width, ' ');
    }
    out += '\n';
  }

  TableStyle style_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace

std::string align_columns(std::string_view text, const TableStyle& style) {
  return Table(text, style).aligned();
}

}  // namespace render
