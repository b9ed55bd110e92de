#include "blast/intake/audience.hpp"

#include "blast/core/csv_writer.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/column_name.hpp"
#include "blast/intake/csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace blast {

namespace {

/// The constant parts of every recipient's JSON object: {"name": and ,"phone": and so on.
std::vector<std::string> json_keys(const std::vector<std::string>& columns) {
    std::vector<std::string> keys;
    keys.reserve(columns.size());
    for (const std::string& column : columns) {
        std::string key(1, keys.empty() ? '{' : ',');
        append_json_string(key, column);
        key += ':';
        keys.push_back(std::move(key));
    }
    return keys;
}

} // namespace

class AudienceReader::Reading {
public:
    Reading(
        const AudienceSettings& settings,
        const PhoneParser& parser,
        const std::vector<MessageTemplate>& templates)
        : csv_(settings.csv_path, settings.copy),
          parser_(parser),
          templates_(templates),
          skip_invalid_(settings.skip_invalid),
          bad_rows_(csv_.name(), settings.listed_rows),
          phone_column_(find_phone_column(csv_.columns(), settings.phone_column, csv_.name())),
          keys_(json_keys(csv_.columns())) {
        check_columns(templates, csv_.columns());
    }

    const CsvReader& csv() const noexcept { return csv_; }
    std::uint64_t valid_rows() const noexcept { return valid_rows_; }
    std::uint64_t invalid_rows() const noexcept { return bad_rows_.count(); }
    void on_invalid(OnInvalid callback) { on_invalid_ = std::move(callback); }

    bool next(Recipient& recipient) {
        while (csv_.next(row_)) {
            std::string reason = read_row(recipient);
            if (!reason.empty()) {
                leave_out(std::move(reason));
                continue;
            }
            ++valid_rows_;
            if (skip_invalid_ || bad_rows_.count() == 0) {
                return true;
            }
        }
        if (!skip_invalid_ && bad_rows_.count() > 0) {
            throw UsageError(bad_rows_.error("sent to", valid_rows_));
        }
        return false;
    }

private:
    /// Fills `recipient` from row_; returns what is wrong with it, if anything.
    std::string read_row(Recipient& recipient) {
        if (!row_.problem.empty()) {
            return row_.problem;
        }
        const std::string& raw = row_.cells[phone_column_];
        ParsedPhone phone = parser_.parse(raw);
        if (!phone.valid()) {
            return fmt::format("\"{}\": {}", printable(raw, 60), phone.problem);
        }
        std::string problem = message_problem_of_row();
        if (!problem.empty()) {
            return problem;
        }
        recipient.line = row_.line;
        recipient.phone = std::move(phone.e164);
        write_json(recipient.variables_json);
        return {};
    }

    /// Which variant the recipient gets is decided later: each has to fit. Rendering is left out where it cannot matter.
    std::string message_problem_of_row() const {
        std::size_t longest = 0;
        for (const std::string& cell : row_.cells) {
            longest = std::max(longest, cell.size());
        }
        for (const MessageTemplate& message : templates_) {
            if (message.always_sendable(longest)) {
                continue;
            }
            std::string problem = message_problem(message.render(variables()));
            if (!problem.empty()) {
                return problem;
            }
        }
        return {};
    }

    Variables variables() const {
        Variables variables;
        variables.reserve(row_.cells.size());
        for (std::size_t i = 0; i < row_.cells.size(); ++i) {
            variables.emplace_back(csv_.columns()[i], without_formula_guard(row_.cells[i]));
        }
        return variables;
    }

    void write_json(std::string& json) const {
        json.clear();
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            json += keys_[i];
            append_json_string(json, without_formula_guard(row_.cells[i]));
        }
        json += '}';
    }

    void leave_out(std::string reason) {
        const InvalidRow invalid = {row_.line, std::move(reason), row_.cells};
        bad_rows_.add(invalid.line, invalid.reason);
        if (on_invalid_) {
            on_invalid_(invalid);
        }
    }

    CsvReader csv_;
    const PhoneParser& parser_;
    const std::vector<MessageTemplate>& templates_;
    bool skip_invalid_;
    BadRows bad_rows_;
    std::size_t phone_column_;
    std::vector<std::string> keys_;
    OnInvalid on_invalid_;
    std::uint64_t valid_rows_ = 0;
    CsvRow row_;
};

AudienceReader::AudienceReader(
    const AudienceSettings& settings,
    const PhoneParser& parser,
    const std::vector<MessageTemplate>& templates)
    : reading_(std::make_unique<Reading>(settings, parser, templates)) {}

AudienceReader::~AudienceReader() = default;

const std::string& AudienceReader::name() const noexcept {
    return reading_->csv().name();
}

const std::vector<std::string>& AudienceReader::columns() const noexcept {
    return reading_->csv().columns();
}

void AudienceReader::on_invalid(OnInvalid callback) {
    reading_->on_invalid(std::move(callback));
}

bool AudienceReader::next(Recipient& recipient) {
    return reading_->next(recipient);
}

std::uint64_t AudienceReader::valid_rows() const noexcept {
    return reading_->valid_rows();
}

std::uint64_t AudienceReader::invalid_rows() const noexcept {
    return reading_->invalid_rows();
}

} // namespace blast
