#include "blast/store/result.hpp"

#include "blast/store/database_error.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <charconv>
#include <string>

namespace blast {

namespace {

/// The first line of a statement that says something: comments are skipped.
std::string_view first_line(std::string_view sql) {
    while (!sql.empty()) {
        const std::string_view line = sql.substr(0, sql.find('\n'));
        if (!line.empty() && line.substr(0, 2) != "--") {
            return line;
        }
        sql.remove_prefix(std::min(line.size() + 1, sql.size()));
    }
    return "(empty)";
}

template <typename Number>
Number parse_number(std::string_view text, std::string_view sql) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw DatabaseError(
            fmt::format("expected a number, got '{}' from: {}", text, first_line(sql)), "", false);
    }
    return value;
}

} // namespace

void Result::Clear::operator()(pg_result* result) const noexcept {
    PQclear(result);
}

Result::Result(pg_result* owned, std::string_view sql) : result_(owned), sql_(sql) {}

int Result::rows() const {
    return PQntuples(result_.get());
}

std::int64_t Result::affected() const {
    const std::string_view count = PQcmdTuples(result_.get());
    return count.empty() ? 0 : parse_number<std::int64_t>(count, sql_);
}

int Result::column(std::string_view name) const {
    // Not PQfnumber, which folds the name's case in a copy of it each time.
    const int count = PQnfields(result_.get());
    for (int i = 0; i < count; ++i) {
        if (name == PQfname(result_.get(), i)) {
            return i;
        }
    }
    throw DatabaseError(fmt::format("no column {} in: {}", name, first_line(sql_)), "", false);
}

bool Result::is_null(int row, int column) const {
    if (row < 0 || row >= rows() || column < 0 || column >= PQnfields(result_.get())) {
        throw DatabaseError(
            fmt::format("no value in row {}, column {} of: {}", row, column, first_line(sql_)), "",
            false);
    }
    return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view Result::text(int row, int column) const {
    if (is_null(row, column)) {
        return {};
    }
    return {
        PQgetvalue(result_.get(), row, column),
        static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t Result::integer(int row, int column) const {
    return optional_integer(row, column).value_or(0);
}

double Result::number(int row, int column) const {
    return optional_number(row, column).value_or(0);
}

bool Result::boolean(int row, int column) const {
    return text(row, column) == "t";
}

std::optional<std::string_view> Result::optional_text(int row, int column) const {
    if (is_null(row, column)) {
        return std::nullopt;
    }
    return text(row, column);
}

std::optional<std::int64_t> Result::optional_integer(int row, int column) const {
    if (is_null(row, column)) {
        return std::nullopt;
    }
    return parse_number<std::int64_t>(text(row, column), sql_);
}

std::optional<double> Result::optional_number(int row, int column) const {
    if (is_null(row, column)) {
        return std::nullopt;
    }
    return parse_number<double>(text(row, column), sql_);
}

const Result& Result::one_row() const {
    if (rows() != 1) {
        throw DatabaseError(
            fmt::format("expected one row, got {} from: {}", rows(), first_line(sql_)), "", false);
    }
    return *this;
}

void Result::no_rows() const {
    if (rows() != 0) {
        throw DatabaseError(
            fmt::format("expected no rows, got {} from: {}", rows(), first_line(sql_)), "", false);
    }
}

} // namespace blast
