#include "blast/store/report_store.hpp"

#include "blast/sql.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/report_rows.hpp"
#include "blast/store/schema.hpp"

#include <string_view>

namespace blast {

namespace {

constexpr std::string_view undefined_table = "42P01";
constexpr std::string_view undefined_column = "42703";

std::optional<double> epoch_seconds(const std::optional<WallTime>& time) {
    if (!time) {
        return std::nullopt;
    }
    return std::chrono::duration<double>(time->time_since_epoch()).count();
}

/// Tag, stage, from, before and device, as all the statements number them.
void add_filter(Parameters& parameters, const BlastFilter& filter) {
    parameters.add(filter.tag).add(filter.stage);
    parameters.add(epoch_seconds(filter.since)).add(epoch_seconds(filter.until));
    parameters.add(filter.device);
}

Parameters filter_with_id(const BlastFilter& filter) {
    Parameters parameters = Parameters::of(filter.id);
    add_filter(parameters, filter);
    return parameters;
}

} // namespace

Result ReportStore::ask(Statement statement) {
    std::vector<Statement> statements{{sql::report_settings}};
    if (!schema_checked_) {
        statements.push_back({sql::schema_version});
    }
    statements.push_back(std::move(statement));
    try {
        Results results = connection_.execute_together(statements);
        if (!schema_checked_) {
            require_schema_version(static_cast<int>(results[1].one_row().integer(0, "version")));
            schema_checked_ = true;
        }
        return std::move(results.back());
    } catch (const DatabaseError& error) {
        // No schema, or one that lacks what the statement reads: the version says which.
        if (error.sqlstate() == undefined_table || error.sqlstate() == undefined_column) {
            require_current_schema(connection_);
        }
        throw;
    }
}

BlastReport ReportStore::read_funnel(const BlastFilter& filter, std::optional<int> newest) {
    Parameters parameters = filter_with_id(filter);
    parameters.add(newest);
    const Result result = ask({sql::report_funnel, std::move(parameters)});
    return read_report(result.one_row(), newest.has_value() || filter.id.has_value());
}

BlastReport ReportStore::funnel(const BlastFilter& filter) {
    return read_funnel(filter, std::nullopt);
}

BlastReport ReportStore::latest_funnel(const BlastFilter& filter) {
    return read_funnel(filter, 1);
}

std::optional<BlastOutline> ReportStore::newest(const BlastFilter& filter) {
    const Result result = ask({sql::report_head, filter_with_id(filter)});
    if (result.empty()) {
        return std::nullopt;
    }
    return read_outline(result);
}

std::vector<ListedBlast>
ReportStore::list(const BlastFilter& filter, std::optional<std::int64_t> after, int rows) {
    Parameters parameters;
    add_filter(parameters, filter);
    parameters.add(after).add(rows);
    return read_list(ask({sql::report_list, std::move(parameters)}));
}

std::vector<StuckRecipient>
ReportStore::stuck(const StuckSelection& selection, std::int64_t after, int rows) {
    std::optional<double> seconds;
    if (selection.older_than) {
        seconds = std::chrono::duration<double>(*selection.older_than).count();
    }
    return read_stuck(ask(
        {selection.sent ? sql::report_stuck_sent : sql::report_stuck_unsent,
         Parameters::of(selection.blast_id, selection.state, seconds, after, rows)}));
}

std::vector<RecipientRecord>
ReportStore::recipients(std::int64_t blast_id, std::int64_t after, int rows) {
    std::vector<RecipientRecord> records =
        read_records(ask({sql::report_recipients, Parameters::of(blast_id, after, rows)}));
    if (!records.empty()) {
        const Result history = ask(
            {sql::report_history,
             Parameters::of(blast_id, records.front().recipient.id, records.back().recipient.id)});
        add_history(history, records);
    }
    return records;
}

std::vector<BlastCounts> ReportStore::variants(std::int64_t blast_id, std::size_t messages) {
    return read_variants(ask({sql::report_variants, Parameters::of(blast_id)}), messages);
}

} // namespace blast
