// SPDX-License-Identifier: Apache-2.0
#include "render/table.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"

namespace render {

namespace {

/// Cells that a terminal takes for a text: its code points.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

class Table {
 public:
  Table(std::string_view text, const TableStyle& style) : style_(style) {
    for (const auto& line : base::split(text, '\n')) rows_.push_back(base::split(line, '\t'));
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
        width = std::max(width, width_of(rows_[last][column]) + style_.padding);
      }
      widths.push_back(width);
      print(row, last, widths, out);
      widths.pop_back();
      row = last;
    }
  }

  static void print_row(const std::vector<std::string>& cells,
                        const std::vector<std::size_t>& widths,
                        std::string& out) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += cells[i];
      if (i + 1 < cells.size()) out.append(widths[i] - width_of(cells[i]), ' ');
    }
    out += '\n';
  }

  TableStyle style_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace

std::string align_columns(std::string_view text, const TableStyle& style) {
  return Table(text, style).aligned();
}

}  // namespace render
