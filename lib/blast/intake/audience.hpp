#pragma once

#include "blast/domain/phone.hpp"
#include "blast/domain/template.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace blast {

/// A validated row of the CSV.
struct Recipient {
    std::uint64_t line = 0; ///< where the row starts
    std::string phone;      ///< E.164
    /// A JSON object: the CSV's own column names and cells in their order, the phone column included.
    std::string variables_json;
};

/// A row that cannot be sent to.
struct InvalidRow {
    std::uint64_t line = 0;
    std::string reason; ///< for people, the value quoted: "\"0123\": too short for MY"
    std::vector<std::string> cells;
};

struct AudienceSettings {
    std::string csv_path;         ///< a file, or "-" for standard input
    std::string copy;             ///< to be read in its place (CsvCopy::path), or empty
    std::string phone_column;     ///< --phone-column; empty: the first of phone_column_names()
    bool skip_invalid = false;    ///< leave bad rows out instead of stopping for them
    std::size_t listed_rows = 20; ///< how many bad rows the error lists before "and N more"
};

/// The audience of a blast: the rows of a CSV with their numbers parsed and every message variant tried on them.
/// Rows come in the order of the file; memory does not grow with it. Duplicates are not looked for here.
class AudienceReader {
public:
    /// Called for each bad row, in the order of the file.
    using OnInvalid = std::function<void(const InvalidRow&)>;

    /// Reads the header. `parser` and `templates` must outlive the object. Throws UsageError for what CsvReader refuses, a
    /// missing phone column, and a template variable that no column gives.
    AudienceReader(
        const AudienceSettings& settings,
        const PhoneParser& parser,
        const std::vector<MessageTemplate>& templates);
    ~AudienceReader();
    AudienceReader(const AudienceReader&) = delete;
    AudienceReader& operator=(const AudienceReader&) = delete;
    AudienceReader(AudienceReader&&) = delete;
    AudienceReader& operator=(AudienceReader&&) = delete;

    const std::string& name() const noexcept;
    const std::vector<std::string>& columns() const noexcept;
    void on_invalid(OnInvalid callback);

    /// The next recipient; false at the end. Without skip_invalid the first bad row ends the recipients: the rest of the
    /// file is only checked, and a UsageError lists the bad rows, "FILE:LINE: reason" a line. Callbacks run inside this call.
    bool next(Recipient& recipient);

    std::uint64_t valid_rows() const noexcept;
    std::uint64_t invalid_rows() const noexcept;

private:
    class Reading;
    std::unique_ptr<Reading> reading_;
};

} // namespace blast
