#pragma once

#include "blast/domain/recipient_record.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace blast {

/// The columns of a list of recipients that can be sent to again: "phone" first, then the recipients' own columns, then those
/// that the list adds. No two names stand for the same column (column_name.hpp), so that blast-send takes the list as it is.
///
/// The own column that held the phone is left out, since "phone" stands for it. Own columns keep their names, but one called "phone"
/// that held another number becomes "phone_2". An added column whose name is taken gets "blast_" before it.
class RecipientColumns {
public:
    /// `sample` are the first of the list: all of a blast have the columns of one CSV.
    RecipientColumns(
        const std::vector<const StuckRecipient*>& sample,
        const std::vector<std::string_view>& added);

    /// All names, in order.
    const std::vector<std::string>& names() const noexcept { return names_; }
    /// How many of them are the recipients' own.
    std::size_t own() const noexcept { return own_.size(); }

    /// The phone and the recipient's own values, as many as 1 + own(); a value that he has not is empty.
    std::vector<std::string> leading_cells(const StuckRecipient& recipient) const;

private:
    std::string free_name(std::string_view wanted, std::string_view otherwise) const;

    std::vector<std::string> own_;   ///< as the CSV called them
    std::vector<std::string> names_; ///< as they are shown
};

} // namespace blast
