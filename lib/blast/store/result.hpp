#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

struct pg_result;

namespace blast {

/// The rows of one statement, as libpq's text format gives them, counted from 0. A value is asked for by the name of its column,
/// so that a statement may order its columns as it likes; a loop over many rows looks its columns up once. A name that the
/// statement does not give, a shape other than the expected one, or a value that is not of the asked type, is a DatabaseError
/// that names the statement's first line. Views stay valid as long as the result. Moved, not copied.
class Result {
public:
    Result(pg_result* owned, std::string_view sql);

    int rows() const;
    bool empty() const { return rows() == 0; }
    /// Rows that an INSERT, UPDATE or DELETE changed, from the command tag.
    std::int64_t affected() const;

    /// The number of a column, from 0. Of several with that name the first.
    int column(std::string_view name) const;

    bool is_null(int row, int column) const;
    std::string_view text(int row, int column) const; ///< "" for NULL
    std::int64_t integer(int row, int column) const;  ///< 0 for NULL
    double number(int row, int column) const;         ///< 0 for NULL
    bool boolean(int row, int column) const;          ///< false for NULL
    std::optional<std::string_view> optional_text(int row, int column) const;
    std::optional<std::int64_t> optional_integer(int row, int column) const;
    std::optional<double> optional_number(int row, int column) const;

    bool is_null(int row, std::string_view name) const { return is_null(row, column(name)); }
    std::string_view text(int row, std::string_view name) const { return text(row, column(name)); }
    std::int64_t integer(int row, std::string_view name) const {
        return integer(row, column(name));
    }
    double number(int row, std::string_view name) const { return number(row, column(name)); }
    bool boolean(int row, std::string_view name) const { return boolean(row, column(name)); }
    std::optional<std::string_view> optional_text(int row, std::string_view name) const {
        return optional_text(row, column(name));
    }
    std::optional<std::int64_t> optional_integer(int row, std::string_view name) const {
        return optional_integer(row, column(name));
    }
    std::optional<double> optional_number(int row, std::string_view name) const {
        return optional_number(row, column(name));
    }

    /// This result, if it has exactly one row; else a DatabaseError.
    const Result& one_row() const;
    /// Throws a DatabaseError if there are rows.
    void no_rows() const;

    /// libpq's own object, for the store's connections.
    const pg_result* get() const noexcept { return result_.get(); }

private:
    struct Clear {
        void operator()(pg_result* result) const noexcept;
    };
    std::unique_ptr<pg_result, Clear> result_;
    std::string_view sql_;
};

using Results = std::vector<Result>;

} // namespace blast
