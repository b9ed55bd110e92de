#include "blast/report/text_table.hpp"

#include "blast/core/printable.hpp"
#include "blast/report/display_width.hpp"
#include "blast/report/fair_widths.hpp"

#include <algorithm>
#include <cstdlib>
#include <libsmartcols/libsmartcols.h>
#include <new>

namespace blast {

namespace {

constexpr std::size_t longest_cell = 400;

void require(bool good) {
    if (!good) {
        throw std::bad_alloc(); // all that libsmartcols can fail of here
    }
}

int flags_of(const TextColumn& column) {
    return (column.right ? SCOLS_FL_RIGHT : 0) | (column.cut ? SCOLS_FL_TRUNC : 0);
}

} // namespace

void TextTable::Release::operator()(libscols_table* table) const noexcept {
    scols_unref_table(table);
}

TextTable::TextTable(std::vector<TextColumn> columns, const TextStyle& style)
    : columns_(std::move(columns)), style_(style), table_(scols_new_table()) {
    require(table_ != nullptr);
    for (const TextColumn& column : columns_) {
        require(
            scols_table_new_column(table_.get(), column.name.c_str(), 0, flags_of(column)) !=
            nullptr);
    }
    scols_table_enable_colors(table_.get(), style.colour ? 1 : 0);
    scols_table_enable_noencoding(table_.get(), 1);
    scols_table_set_termforce(
        table_.get(), style.terminal ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
    scols_table_set_termwidth(table_.get(), static_cast<std::size_t>(style.width));
}

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
        if (!column.cut) {
            need.least = need.wanted;
        }
        need.weight = column.weight;
        needs.push_back(need);
    }
    const auto gaps = static_cast<int>(columns_.size()) - 1;
    return fair_widths(needs, style_.width - gaps);
}

void TextTable::fit_row(Row& row) const {
    for (std::size_t index = 0; index < columns_.size(); ++index) {
        if (columns_[index].cut) {
            row[index] = fitted(row[index], widths_[index], style_.unicode);
        }
    }
}

/// libsmartcols would cut without a sign, and short columns before long ones.
void TextTable::fit_rows() {
    if (widths_.empty()) {
        widths_ = fitting_widths();
    }
    for (Row& row : rows_) {
        fit_row(row);
    }
}

void TextTable::fill_table() {
    for (const Row& row : rows_) {
        libscols_line* const line = scols_table_new_line(table_.get(), nullptr);
        require(line != nullptr);
        for (std::size_t index = 0; index < row.size(); ++index) {
            require(scols_line_set_data(line, index, row[index].c_str()) == 0);
        }
    }
    rows_.clear();
}

void TextTable::keep_widths() {
    for (std::size_t index = 0; index < columns_.size(); ++index) {
        libscols_column* const column = scols_table_get_column(table_.get(), index);
        const std::size_t width = scols_column_get_width(column);
        // A hint holds where it is wider than the name, and then only for a strict column; else the name's width holds.
        const bool wider = width > static_cast<std::size_t>(display_width(columns_[index].name));
        scols_column_set_whint(column, static_cast<double>(width));
        scols_column_set_flags(
            column, flags_of(columns_[index]) | (wider ? SCOLS_FL_STRICTWIDTH : 0));
    }
}

std::string TextTable::take_page() {
    if (rows_.empty()) {
        return "";
    }
    if (style_.terminal) {
        fit_rows();
    }
    fill_table();
    char* data = nullptr;
    require(scols_print_table_to_string(table_.get(), &data) == 0);
    const std::unique_ptr<char, decltype(&std::free)> owned(data, &std::free);
    std::string text(data);
    if (text.empty() || text.back() != '\n') {
        text += '\n';
    }
    scols_table_remove_lines(table_.get());
    if (first_page_) {
        first_page_ = false;
        scols_table_enable_noheadings(table_.get(), 1);
        keep_widths();
    }
    return text;
}

} // namespace blast
