#include "blast/domain/recipient_columns.hpp"

#include "blast/domain/column_name.hpp"
#include "blast/domain/variables.hpp"

#include <algorithm>

namespace blast {

namespace {

bool names_column(const std::vector<std::string>& names, std::string_view wanted) {
    return std::any_of(names.begin(), names.end(), [wanted](const std::string& name) {
        return same_column_name(name, wanted);
    });
}

std::string digits_of(std::string_view text) {
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](char c) {
        return c >= '0' && c <= '9';
    });
    return digits;
}

/// Whether a person's spelling can be of that number: the same last digits. Spellings differ in front ("012", "+60 12").
bool ends_alike(std::string_view spelling, std::string_view phone) {
    constexpr std::size_t compared = 7;
    const std::string spelled = digits_of(spelling);
    const std::string digits = digits_of(phone);
    if (spelled.size() < compared || digits.size() < compared) {
        return false;
    }
    return std::equal(spelled.end() - compared, spelled.end(), digits.end() - compared);
}

/// Adds the names of the values that are not there yet.
void add_own_names(std::vector<std::string>& names, const Variables& values) {
    for (const auto& [name, value] : values) {
        if (!names_column(names, name)) {
            names.push_back(name);
        }
    }
}

/// How many of the sample have their phone in the column.
std::size_t phones_in(
    std::string_view column,
    const std::vector<const StuckRecipient*>& sample,
    const std::vector<Variables>& values) {
    std::size_t found = 0;
    for (std::size_t row = 0; row < sample.size(); ++row) {
        found += static_cast<std::size_t>(
            std::any_of(values[row].begin(), values[row].end(), [&](const auto& value) {
                return value.first == column && ends_alike(value.second, sample[row]->phone);
            }));
    }
    return found;
}

} // namespace

RecipientColumns::RecipientColumns(
    const std::vector<const StuckRecipient*>& sample, const std::vector<std::string_view>& added) {
    std::vector<Variables> values;
    for (const StuckRecipient* const recipient : sample) {
        values.push_back(variables_from_json(recipient->variables));
        add_own_names(own_, values.back());
    }
    for (const std::string_view candidate : phone_column_names()) {
        const auto holder = std::find_if(own_.begin(), own_.end(), [&](const std::string& name) {
            return same_column_name(name, candidate) &&
                   2 * phones_in(name, sample, values) > sample.size();
        });
        if (holder != own_.end()) {
            own_.erase(holder);
            break;
        }
    }
    names_.emplace_back("phone");
    for (const std::string& name : own_) {
        names_.push_back(same_column_name(name, "phone") ? "phone_2" : name);
    }
    for (const std::string_view name : added) {
        names_.push_back(free_name(name, "blast_" + std::string(name)));
    }
}

std::string RecipientColumns::free_name(std::string_view wanted, std::string_view otherwise) const {
    std::string name(wanted);
    for (int number = 1; names_column(names_, name); ++number) {
        name = otherwise;
        if (number > 1) {
            name += '_' + std::to_string(number);
        }
    }
    return name;
}

std::vector<std::string> RecipientColumns::leading_cells(const StuckRecipient& recipient) const {
    const Variables values = variables_from_json(recipient.variables);
    std::vector<std::string> cells{recipient.phone};
    for (const std::string& column : own_) {
        const auto found = std::find_if(
            values.begin(), values.end(), [&](const auto& value) { return value.first == column; });
        cells.push_back(found == values.end() ? std::string() : found->second);
    }
    return cells;
}

} // namespace blast
