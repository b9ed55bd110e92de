#include "blast/store/queue_store.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/status.hpp"
#include "blast/sql.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace blast {

namespace {

constexpr std::size_t largest_group = 2'000;
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

Parameters blast_parameters(const BlastSettings& settings, bool trial) {
    ArrayLiteral devices;
    for (const std::string& device : settings.devices) {
        devices.add(device);
    }
    ArrayLiteral columns;
    for (const std::string& column : settings.columns) {
        columns.add(column);
    }
    Parameters parameters;
    parameters.add(settings.tag)
        .add(settings.stage)
        .add(nlohmann::json(settings.messages).dump())
        .add(std::move(devices))
        .add(settings.rate)
        .add(settings.jitter_percent)
        .add(settings.daily_cap)
        .add(settings.window)
        .add(settings.scheduled_at)
        .add(trial)
        .add(std::move(columns));
    return parameters;
}

std::vector<Statement> find_twin_statements(const BlastSettings& settings) {
    const auto parameters = Parameters::of(settings.tag, settings.stage);
    return {{sql::lock_tag, parameters}, {sql::find_twin, parameters}};
}

void refuse_twin(const Result& twin, const BlastSettings& settings) {
    if (twin.empty()) {
        return;
    }
    throw UsageError(
        fmt::format(
            "tag '{}' and stage '{}' are taken by blast {}", printable(settings.tag),
            printable(settings.stage), twin.integer(0, 0)),
        fmt::format(
            "continue it with --resume {}, choose another --stage, or add --again",
            twin.integer(0, 0)));
}

} // namespace

QueueTransaction::QueueTransaction(
    Connection& connection, const BlastSettings& settings, bool again, bool trial)
    : connection_(connection),
      transaction_(connection, find_twin_statements(settings)),
      settings_(settings),
      trial_(trial) {
    if (!again) {
        refuse_twin(transaction_.first_results().back(), settings);
    }
}

QueueTransaction::~QueueTransaction() {
    if (copying_) {
        connection_.abort_copy(); // the connection has to be free for the ROLLBACK
    }
}

void QueueTransaction::add(std::string_view phone, std::string_view variables) {
    ++added_;
    if (phones_.insert(phone)) {
        append_cell(rows_, phone);
        rows_ += '\t';
        append_cell(rows_, variables);
        rows_ += '\n';
        if (rows_.size() >= copied_at_once) {
            copy_rows();
        }
        return;
    }
    suspects_.add(phone);
    variables_of_suspects_.add(variables);
    if (suspects_.size() == largest_group) {
        insert_suspects();
    }
}

void QueueTransaction::insert_blast() {
    if (blast_id_ == 0) {
        blast_id_ = connection_.execute(sql::insert_blast, blast_parameters(settings_, trial_))
                        .one_row()
                        .integer(0, 0);
    }
}

void QueueTransaction::copy_rows() {
    insert_blast();
    const std::string blast = fmt::format("{}\t", blast_id_);
    std::string rows;
    rows.reserve(rows_.size() * 5 / 4);
    for (std::size_t start = 0; start < rows_.size();) {
        const std::size_t end = rows_.find('\n', start) + 1; // a cell has none
        rows += blast;
        rows.append(rows_, start, end - start);
        start = end;
        ++queued_;
    }
    rows_.clear();
    if (!copying_) {
        connection_.begin_copy(sql::queue_copy);
        copying_ = true;
        copied_ = true;
    }
    connection_.copy(rows);
}

void QueueTransaction::end_copy() {
    if (!rows_.empty()) {
        copy_rows();
    }
    if (std::exchange(copying_, false)) {
        connection_.end_copy();
    }
}

/// After all that was to be copied: of several with one number the first stays.
void QueueTransaction::insert_suspects() {
    end_copy();
    if (suspects_.size() == 0) {
        return;
    }
    const Result counts = connection_.execute(
        sql::queue_recipients,
        Parameters::of(blast_id_, suspects_.take(), variables_of_suspects_.take()));
    queued_ += counts.one_row().integer(0, 0);
    skipped_.opted_out += counts.integer(0, 1);
}

void QueueTransaction::leave_out_opted_out() {
    const std::int64_t left_out =
        connection_.execute(sql::leave_out_opted_out, Parameters::of(blast_id_, queued_))
            .one_row()
            .integer(0, 0);
    queued_ -= left_out;
    skipped_.opted_out += left_out;
}

void QueueTransaction::add_from_blast(
    std::int64_t earlier, const std::string& stuck, std::chrono::milliseconds older_than) {
    const std::string_view statement =
        parse_status(stuck) ? sql::queue_from_recipients : sql::queue_from_outbox;
    const double seconds = std::chrono::duration<double>(older_than).count();
    insert_blast();
    const Result result =
        connection_.execute(statement, Parameters::of(blast_id_, earlier, stuck, seconds));
    result.one_row();
    queued_ += result.integer(0, 0);
    skipped_.opted_out += result.integer(0, 1);
    added_ = queued_ + skipped_.opted_out;
}

Result QueueTransaction::sample(int count) {
    std::vector<Statement> statements = last_statements();
    statements.push_back({sql::queued_sample, Parameters::of(blast_id_, count)});
    Results results = connection_.execute_together(statements);
    return std::move(results.back());
}

void QueueTransaction::commit() {
    transaction_.commit(last_statements());
}

void QueueTransaction::finish(std::int64_t invalid) {
    insert_suspects();
    insert_blast();
    if (copied_) { // what was inserted was looked up as it came
        leave_out_opted_out();
    }
    skipped_.invalid = invalid;
    skipped_.duplicate = added_ - queued_ - skipped_.opted_out;
}

std::vector<Statement> QueueTransaction::last_statements() const {
    ArrayLiteral devices;
    for (const std::string& device : settings_.devices) {
        devices.add(device);
    }
    const std::string device_list = devices.take();
    std::vector<Statement> statements{
        {sql::finish_queueing, Parameters::of(
                                   blast_id_, queued_, skipped_.invalid, skipped_.duplicate,
                                   skipped_.opted_out, short_work_slot)},
        {sql::ensure_devices, Parameters::of(device_list)},
        {sql::plan_cautiously}};
    if (settings_.messages.size() > 1) {
        statements.push_back(
            {sql::assign_variants, Parameters::of(blast_id_, settings_.messages.size())});
    }
    if (settings_.devices.size() > 1) {
        statements.push_back({sql::assign_devices, Parameters::of(blast_id_, device_list)});
    }
    return statements;
}

std::vector<std::string> load_columns(Connection& connection, std::int64_t blast_id) {
    const Result rows = connection.execute(sql::blast_columns, Parameters::of(blast_id));
    std::vector<std::string> columns;
    columns.reserve(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row) {
        columns.emplace_back(rows.text(row, 0));
    }
    return columns;
}

} // namespace blast
