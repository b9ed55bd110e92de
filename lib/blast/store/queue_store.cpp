#include "blast/store/queue_store.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/status.hpp"
#include "blast/sql.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iterator>
#include <utility>

namespace blast {

namespace {

constexpr std::size_t copied_at_once = 64UL * 1024; // bytes

/// A cell in COPY's text format (PostgreSQL manual, COPY, "Text Format").
void append_cell(std::string& row, std::string_view cell) {
    for (const char c : cell) {
        switch (c) {
        case '\\': row += "\\\\"; break;
        case '\n': row += "\\n"; break;
        case '\r': row += "\\r"; break;
        case '\t': row += "\\t"; break;
        default: row += c;
        }
    }
}

Parameters blast_parameters(
    const BlastSettings& settings, std::int64_t recipients, const SkippedCounts& skipped) {
    Parameters parameters;
    parameters.add(settings.tag)
        .add(settings.stage)
        .add(nlohmann::json(settings.messages).dump())
        .add(array_of(settings.devices))
        .add(settings.rate)
        .add(settings.jitter_percent)
        .add(settings.daily_cap)
        .add(settings.window)
        .add(settings.scheduled_at)
        .add(array_of(settings.columns))
        .add(recipients)
        .add(skipped.invalid)
        .add(skipped.duplicate)
        .add(skipped.opted_out);
    return parameters;
}

std::vector<Statement> first_statements(const BlastSettings& settings) {
    const auto parameters = Parameters::of(settings.tag, settings.stage);
    return {
        {sql::create_audience},
        {sql::lock_tag, parameters},
        {sql::find_same_tag_and_stage, parameters}};
}

void refuse_same_tag_and_stage(const Result& found, const BlastSettings& settings) {
    if (found.empty()) {
        return;
    }
    throw UsageError(
        fmt::format(
            "tag '{}' and stage '{}' are taken by blast {}", printable(settings.tag),
            printable(settings.stage), found.integer(0, "id")),
        fmt::format(
            "continue it with --resume {}, choose another --stage, or add --again",
            found.integer(0, "id")));
}

} // namespace

QueueTransaction::QueueTransaction(
    Connection& connection, const BlastSettings& settings, bool again)
    : connection_(connection),
      transaction_(connection, first_statements(settings)),
      settings_(settings) {
    if (!again) {
        refuse_same_tag_and_stage(transaction_.first_results().back(), settings);
    }
}

QueueTransaction::~QueueTransaction() {
    if (copying_) {
        connection_.abort_copy(); // the connection has to be free for the ROLLBACK
    }
}

void QueueTransaction::add(std::string_view phone, std::string_view variables) {
    ++added_;
    fmt::format_to(std::back_inserter(rows_), "{}\t", added_);
    append_cell(rows_, phone);
    rows_ += '\t';
    append_cell(rows_, variables);
    rows_ += '\n';
    if (rows_.size() >= copied_at_once) {
        copy_rows();
    }
}

void QueueTransaction::copy_rows() {
    if (!copying_) {
        connection_.begin_copy(sql::copy_audience);
        copying_ = true;
    }
    connection_.copy(rows_);
    rows_.clear();
}

void QueueTransaction::add_from_blast(
    std::int64_t earlier, const std::string& stuck, std::chrono::milliseconds older_than) {
    const std::string_view statement =
        parse_status(stuck) ? sql::audience_from_recipients : sql::audience_from_outbox;
    const double seconds = std::chrono::duration<double>(older_than).count();
    added_ = connection_.execute(statement, Parameters::of(earlier, stuck, seconds))
                 .one_row()
                 .integer(0, "taken");
}

void QueueTransaction::finish(std::int64_t invalid) {
    if (!rows_.empty()) {
        copy_rows();
    }
    if (std::exchange(copying_, false)) {
        connection_.end_copy();
    }
    std::vector<Statement> statements{{sql::leave_out_opted_out}, {sql::leave_out_repeats}};
    if (settings_.messages.size() > 1) {
        statements.push_back({sql::assign_variants, Parameters::of(settings_.messages.size())});
    }
    const Results left_out = connection_.execute_together(statements);
    skipped_.invalid = invalid;
    skipped_.opted_out = left_out[0].one_row().integer(0, "left_out");
    skipped_.duplicate = left_out[1].one_row().integer(0, "left_out");
    recipients_ = added_ - skipped_.opted_out - skipped_.duplicate;
}

Result QueueTransaction::sample(int count) {
    return connection_.execute(sql::audience_sample, Parameters::of(count));
}

std::int64_t QueueTransaction::commit() {
    const std::int64_t blast_id =
        connection_.execute(sql::insert_blast, blast_parameters(settings_, recipients_, skipped_))
            .one_row()
            .integer(0, "id");
    std::vector<Statement> statements{
        {sql::queue_audience, Parameters::of(blast_id)},
        {sql::start_counters, Parameters::of(blast_id, short_work_slot, recipients_)},
        {sql::ensure_devices, Parameters::of(array_of(settings_.devices))}};
    if (settings_.devices.size() > 1) {
        statements.push_back({sql::disable_nested_loops});
        statements.push_back(
            {sql::assign_devices, Parameters::of(blast_id, array_of(settings_.devices))});
    }
    transaction_.commit(statements);
    return blast_id;
}

std::vector<std::string> load_columns(Connection& connection, std::int64_t blast_id) {
    const Result rows = connection.execute(sql::blast_columns, Parameters::of(blast_id));
    std::vector<std::string> columns;
    columns.reserve(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row) {
        columns.emplace_back(rows.text(row, "name"));
    }
    return columns;
}

} // namespace blast
