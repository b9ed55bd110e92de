#include "blast/store/queue_store.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/status.hpp"
#include "blast/sql.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace blast {

namespace {

constexpr std::size_t group_size = 2'000;

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
    try {
        collect_group(); // the connection has to be free for the ROLLBACK
    } catch (
        const std::
            exception&) { // NOLINT(bugprone-empty-catch): what failed is rolled back all the same
    }
}

void QueueTransaction::add(std::string_view phone, std::string_view variables) {
    phones_.add(phone);
    variables_.add(variables);
    ++added_;
    if (phones_.size() == group_size) {
        send_group();
    }
}

void QueueTransaction::insert_blast() {
    if (blast_id_ == 0) {
        blast_id_ = connection_.execute(sql::insert_blast, blast_parameters(settings_, trial_))
                        .one_row()
                        .integer(0, 0);
    }
}

void QueueTransaction::send_group() {
    collect_group();
    insert_blast();
    connection_.start(
        {{sql::queue_recipients, Parameters::of(blast_id_, phones_.take(), variables_.take())}});
    group_under_way_ = true;
}

void QueueTransaction::collect_group() {
    if (!group_under_way_) {
        return;
    }
    group_under_way_ = false;
    const Results results = connection_.collect();
    queued_ += results.front().one_row().integer(0, 0);
    skipped_.opted_out += results.front().integer(0, 1);
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
    if (phones_.size() > 0) {
        send_group();
    }
    collect_group();
    insert_blast();
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
        {sql::ensure_devices, Parameters::of(device_list)}};
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
