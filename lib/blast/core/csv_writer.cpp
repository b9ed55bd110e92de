#include "blast/core/csv_writer.hpp"

#include <algorithm>

namespace blast {

namespace {

bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

/// ITU-T E.164: a plus sign and at most 15 digits.
bool is_e164(std::string_view cell) {
    constexpr std::size_t fewest_digits = 7;
    constexpr std::size_t most_digits = 15;
    if (cell.empty() || cell[0] != '+') {
        return false;
    }
    cell.remove_prefix(1);
    return cell.size() >= fewest_digits && cell.size() <= most_digits &&
           std::all_of(cell.begin(), cell.end(), is_digit);
}

bool is_formula(std::string_view cell) {
    constexpr std::string_view signs = "=+-@\t\r\n";
    return !cell.empty() && signs.find(cell[0]) != std::string_view::npos && !is_e164(cell);
}

bool is_blank(char byte) {
    return byte == ' ' || byte == '\t';
}

bool needs_quotes(std::string_view cell) {
    if (cell.empty()) {
        return false;
    }
    return is_blank(cell.front()) || is_blank(cell.back()) ||
           cell.find_first_of("\",;\t\r\n") != std::string_view::npos;
}

void append_quoted(std::string& out, std::string_view cell) {
    for (const char byte : cell) {
        if (byte == '"') {
            out += '"';
        }
        out += byte;
    }
}

void append_cell(std::string& out, std::string_view cell, FormulaCells formulas) {
    const bool neutralised = formulas == FormulaCells::neutralise && is_formula(cell);
    const bool quoted = needs_quotes(cell);
    if (quoted) {
        out += '"';
    }
    if (neutralised) {
        out += '\'';
    }
    append_quoted(out, cell);
    if (quoted) {
        out += '"';
    }
}

} // namespace

void append_csv_row(
    std::string& out, const std::vector<std::string>& cells, FormulaCells formulas) {
    if (cells.size() == 1 && cells[0].empty()) {
        out += "\"\"";
    }
    bool first = true;
    for (const std::string& cell : cells) {
        if (!first) {
            out += ',';
        }
        first = false;
        append_cell(out, cell, formulas);
    }
    out += '\n';
}

std::string csv_row(const std::vector<std::string>& cells, FormulaCells formulas) {
    std::string out;
    append_csv_row(out, cells, formulas);
    return out;
}

std::string_view without_formula_guard(std::string_view cell) {
    const bool guarded = !cell.empty() && cell[0] == '\'' && is_formula(cell.substr(1));
    return guarded ? cell.substr(1) : cell;
}

} // namespace blast
