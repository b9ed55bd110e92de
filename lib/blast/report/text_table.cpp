#include "blast/report/text_table.hpp"

#include "blast/core/printable.hpp"

#include <algorithm>
#include <numeric>

namespace blast {

namespace {

constexpr std::size_t longest_cell = 400;

int width_at(const WidthNeed& column, int limit) {
    return std::clamp(limit * column.weight, column.least, std::max(column.least, column.wanted));
}

int total_at(const std::vector<WidthNeed>& columns, int limit) {
    return std::accumulate(
        columns.begin(), columns.end(), 0,
        [limit](int sum, const WidthNeed& column) { return sum + width_at(column, limit); });
}

/// The widest that a column of weight 1 may be for all of them to fit into `room`; 0 where they do not fit at all.
int fitting_limit(const std::vector<WidthNeed>& columns, int room) {
    int limit = 0;
    for (const WidthNeed& column : columns) {
        limit = std::max(limit, column.wanted);
    }
    while (limit > 0 && total_at(columns, limit) > room) {
        --limit;
    }
    return limit;
}

} // namespace

std::vector<int> fair_widths(const std::vector<WidthNeed>& columns, int room) {
    const int limit = fitting_limit(columns, room);
    int left = room - total_at(columns, limit);
    std::vector<int> widths;
    widths.reserve(columns.size());
    for (const WidthNeed& column : columns) {
        int width = width_at(column, limit);
        if (left > 0 && width >= limit && width < column.wanted) {
            ++width;
            --left;
        }
        widths.push_back(width);
    }
    return widths;
}

TextTable::TextTable(std::vector<TextColumn> columns, const TextStyle& style)
    : columns_(std::move(columns)), style_(style) {}

void TextTable::add_row(const std::vector<std::string>& cells) {
    Row row;
    row.reserve(cells.size());
    for (const std::string& cell : cells) {
        row.push_back(printable(cell, longest_cell));
    }
    rows_.push_back(std::move(row));
}

std::vector<int> TextTable::fitting_widths() const {
    std::vector<WidthNeed> needs;
    for (std::size_t index = 0; index < columns_.size(); ++index) {
        const TextColumn& column = columns_[index];
        WidthNeed need;
        need.least = need.wanted = display_width(column.name);
        for (const Row& row : rows_) {
            need.wanted = std::max(need.wanted, display_width(row[index]));
        }
        if (!column.cut || !style_.terminal) {
            need.least = need.wanted;
        }
        need.weight = column.weight;
        needs.push_back(need);
    }
    const auto gaps = static_cast<int>(columns_.size()) - 1;
    return fair_widths(needs, style_.width - gaps);
}

std::string TextTable::line_of(const Row& row) const {
    std::string line;
    for (std::size_t index = 0; index < row.size(); ++index) {
        const bool cut = style_.terminal && columns_[index].cut;
        const int width = widths_[index];
        const std::string cell = cut ? fitted(row[index], width, style_.unicode) : row[index];
        line += index == 0 ? "" : " ";
        if (columns_[index].right) {
            line += padded_left(cell, width);
        } else {
            line += index + 1 < row.size() ? padded_right(cell, width) : cell;
        }
    }
    return line + '\n';
}

std::string TextTable::take_page() {
    if (rows_.empty()) {
        return "";
    }
    std::string text;
    if (widths_.empty()) {
        widths_ = fitting_widths();
        Row heading;
        for (const TextColumn& column : columns_) {
            heading.push_back(column.name);
        }
        text = line_of(heading);
    }
    for (const Row& row : rows_) {
        text += line_of(row);
    }
    rows_.clear();
    return text;
}

} // namespace blast
