#include "blast/store/blast_store.hpp"

#include "blast/sql.hpp"
#include "blast/store/connection.hpp"

#include <nlohmann/json.hpp>

#include <sstream>

namespace blast {

namespace {

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    std::istringstream in{std::string(list)};
    for (std::string part; std::getline(in, part, ',');) {
        parts.push_back(part);
    }
    return parts;
}

BlastSettings settings_from(const Result& row) {
    BlastSettings settings;
    settings.tag = row.text(0, "blast_tag");
    settings.stage = row.text(0, "follow_up_stage");
    settings.messages =
        nlohmann::json::parse(row.text(0, "messages")).get<std::vector<std::string>>();
    settings.devices = split(row.text(0, "devices"));
    settings.rate = row.text(0, "rate");
    settings.jitter_percent = static_cast<int>(row.integer(0, "jitter_percent"));
    if (const auto cap = row.optional_integer(0, "daily_cap")) {
        settings.daily_cap = static_cast<int>(*cap);
    }
    if (const auto window = row.optional_text(0, "send_window")) {
        settings.window = std::string(*window);
    }
    settings.scheduled_at = row.optional_number(0, "scheduled_at");
    return settings;
}

std::optional<Blast> read_blast(const Result& row) {
    if (row.empty()) {
        return std::nullopt;
    }
    Blast blast;
    blast.id = row.integer(0, "id");
    blast.settings = settings_from(row);
    blast.stopped_by = row.text(0, "stopped_by");
    blast.has_living_sender = row.boolean(0, "has_living_sender");
    blast.skipped = {
        row.integer(0, "skipped_invalid"), row.integer(0, "skipped_duplicate"),
        row.integer(0, "skipped_opted_out")};
    blast.made_at = row.text(0, "blast_date");
    blast.stopped_at = row.text(0, "stopped_at");
    return blast;
}

} // namespace

std::optional<Blast> load_blast(Connection& connection, std::optional<std::int64_t> id) {
    return read_blast(connection.execute(sql::load_blast, Parameters::of(id)));
}

std::optional<BlastAndCounts> load_blast_and_counts(Connection& connection, std::int64_t id) {
    const Results results = connection.execute_together(
        {{sql::load_blast, Parameters::of(id)}, blast_counts_statement(id)});
    auto blast = read_blast(results.front());
    if (!blast) {
        return std::nullopt;
    }
    return BlastAndCounts{std::move(*blast), read_blast_counts(results.back())};
}

BlastCounts load_counts(Connection& connection, std::int64_t blast_id) {
    return read_blast_counts(connection.execute(sql::blast_counts, Parameters::of(blast_id)));
}

Statement blast_counts_statement(std::int64_t blast_id) {
    return {sql::blast_counts, Parameters::of(blast_id)};
}

BlastCounts read_counts(const Result& result, int row) {
    return {result.integer(row, "queued"),       result.integer(row, "sending"),
            result.integer(row, "failed"),       result.integer(row, "unconfirmed"),
            result.integer(row, "dropped"),      result.integer(row, "pending"),
            result.integer(row, "delivery_ack"), result.integer(row, "read_ack"),
            result.integer(row, "replied"),      result.integer(row, "undeliverable"),
            result.integer(row, "closed")};
}

BlastCounts read_blast_counts(const Result& result) {
    return read_counts(result.one_row(), 0);
}

void take_up_again(Connection& connection, const Blast& blast, const ChangedSettings& changes) {
    const auto& devices = changes.devices ? *changes.devices : blast.settings.devices;
    Parameters kept;
    kept.add(blast.id);
    if (changes.devices) {
        kept.add(array_of(*changes.devices));
    } else {
        kept.add(std::nullopt);
    }
    kept.add(changes.rate).add(changes.jitter_percent).add(changes.daily_cap).add(changes.window);
    const bool split = changes.devices && devices.size() > 1;
    connection.execute_together(
        {{sql::disable_nested_loops},
         {sql::ensure_devices, Parameters::of(array_of(devices))},
         {sql::keep_settings, kept},
         {split ? sql::assign_devices : sql::unpin_devices,
          Parameters::of(blast.id, array_of(devices))}});
}

std::int64_t
count_requeueable(Connection& connection, std::int64_t blast_id, const std::string& state) {
    return connection.execute(sql::count_requeueable, Parameters::of(blast_id, state))
        .one_row()
        .integer(0, "requeueable");
}

std::int64_t requeue(Connection& connection, std::int64_t blast_id, const std::string& state) {
    const auto parameters = Parameters::of(blast_id, state, short_work_slot);
    return connection.execute(sql::requeue_recipients, parameters).one_row().integer(0, "requeued");
}

std::int64_t expire_leases(Connection& connection, std::int64_t blast_id) {
    const auto parameters = Parameters::of(blast_id, short_work_slot);
    return connection.execute(sql::expire_leases, parameters).one_row().integer(0, "expired");
}

std::vector<std::int64_t> due_blasts(Connection& connection) {
    const Result rows = connection.execute(sql::due_blasts);
    std::vector<std::int64_t> ids;
    ids.reserve(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row) {
        ids.push_back(rows.integer(row, "id"));
    }
    return ids;
}

bool take_up_alone(
    Connection& connection,
    std::int64_t blast_id,
    const std::string& sender,
    std::chrono::milliseconds lease) {
    const double seconds = std::chrono::duration<double>(lease).count();
    return !connection.execute(sql::take_up_blast, Parameters::of(blast_id, sender, seconds))
                .empty();
}

} // namespace blast
