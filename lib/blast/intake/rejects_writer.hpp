#pragma once

#include "blast/intake/audience.hpp"

#include <string>
#include <vector>

namespace blast {

/// The file of the rows that --skip-invalid left out (--rejects FILE): the CSV's own columns and a last one, "reason", so
/// that it can be mended and sent with blast-send again. Where the CSV has a "reason" column already, that one is filled.
/// Cells of a row beyond the header's are joined into its last one.
class RejectsWriter {
public:
    /// Creates or empties the file, mode 0600 when new, and writes the header. Throws UsageError when it cannot, or when
    /// it is the CSV itself (`csv_path`).
    RejectsWriter(std::string path, const std::string& csv_path, std::vector<std::string> columns);
    ~RejectsWriter();
    RejectsWriter(const RejectsWriter&) = delete;
    RejectsWriter& operator=(const RejectsWriter&) = delete;
    RejectsWriter(RejectsWriter&&) = delete;
    RejectsWriter& operator=(RejectsWriter&&) = delete;

    /// Throws UsageError when the file cannot be written.
    void write(const InvalidRow& row);
    /// Writes what is still buffered. Throws UsageError when it cannot; the destructor writes it without telling.
    void close();

private:
    void flush();

    std::string path_;
    std::size_t columns_; ///< the CSV's
    std::size_t reason_column_;
    int file_;
    std::string buffer_;
};

} // namespace blast
