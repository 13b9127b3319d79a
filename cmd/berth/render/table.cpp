// SPDX-License-Identifier: Apache-2.0
#include "render/table.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace render {

namespace {

struct Cell {
  std::uint32_t start, size;  ///< in the text
  std::uint32_t width;        ///< cells of a terminal that it takes: its code points
};

bool begins_code_point(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

class Table {
 public:
  /// The text outlives the table.
  Table(std::string_view text, const TableStyle& style) : text_(text), style_(style) {
    std::uint32_t start = 0, width = 0;
    const auto end_cell = [&](std::size_t at) {
      const auto end = static_cast<std::uint32_t>(at);
      cells_.push_back({start, end - start, width});
      start = end + 1;
      width = 0;
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\t' || text[at] == '\n')
        end_cell(at);
      else
        width += begins_code_point(text[at]) ? 1 : 0;
      if (text[at] == '\n') rows_.push_back(cells_.size());
    }
    end_cell(text.size());
    rows_.push_back(cells_.size());
  }

  std::string aligned() {
    std::vector<std::size_t> widths;
    std::string out;
    out.reserve(2 * text_.size());
    print(0, rows_.size(), widths, out);
    out.pop_back();  // the text's last line has no newline of its own
    return out;
  }

 private:
  std::span<const Cell> cells_of(std::size_t row) const {
    const std::size_t first = row == 0 ? 0 : rows_[row - 1];
    return std::span(cells_).subspan(first, rows_[row] - first);
  }

  /// The last cell of a row is not part of a column.
  bool has_column(std::size_t row, std::size_t column) const {
    return column + 1 < cells_of(row).size();
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
        print_row(cells_of(row++), widths, out);
        continue;
      }
      std::size_t width = style_.narrowest;
      std::size_t last = row;
      for (; last < end && has_column(last, column); ++last) {
        width = std::max(width, cells_of(last)[column].width + style_.padding);
      }
      widths.push_back(width);
      print(row, last, widths, out);
      widths.pop_back();
      row = last;
    }
  }

  void print_row(std::span<const Cell> cells,
                 const std::vector<std::size_t>& widths,
                 std::string& out) const {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += text_.substr(cells[i].start, cells[i].size);
      if (i + 1 < cells.size()) out.append(widths[i] - cells[i].width, ' ');
    }
    out += '\n';
  }

  std::string_view text_;
  TableStyle style_;
  std::vector<Cell> cells_;
  std::vector<std::size_t> rows_;  ///< the end of each among the cells
};

}  // namespace

std::string align_columns(std::string_view text, const TableStyle& style) {
  return Table(text, style).aligned();
}

}  // namespace render
