#include "blast/store/opt_out_store.hpp"

#include "blast/sql.hpp"
#include "blast/store/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace blast {

namespace {

constexpr int counter_slot = 0; // for short work by hand

/// Blasts in ascending order, a transaction each: no two of them hold rows that wait for each other.
std::int64_t drop_queued_of(Connection& connection, const std::vector<std::string>& phones) {
    const Result queued =
        connection.execute(sql::queued_of_phones, Parameters::of(array_of(phones)));
    std::map<std::int64_t, std::vector<std::int64_t>> ids;
    for (int row = 0; row < queued.rows(); ++row) {
        ids[queued.integer(row, "blast_id")].push_back(queued.integer(row, "id"));
    }
    std::int64_t dropped = 0;
    for (const auto& [blast_id, of_blast] : ids) {
        dropped += connection
                       .execute(
                           sql::drop_queued,
                           Parameters::of(
                               blast_id, counter_slot, array_of(of_blast), "manual", "opted out"))
                       .one_row()
                       .integer(0, "dropped");
    }
    return dropped;
}

OptOutChanges add_group(
    Connection& connection, const std::vector<OptOutEntry>& entries, const std::string& source) {
    std::vector<std::string> phones;
    ArrayLiteral reasons;
    for (const OptOutEntry& entry : entries) {
        phones.push_back(entry.phone);
        entry.reason.empty() ? reasons.add_null() : reasons.add(entry.reason);
    }
    const Result added = connection.execute(
        sql::opt_out_add, Parameters::of(array_of(phones), source, std::move(reasons)));
    const std::int64_t dropped = drop_queued_of(connection, phones);
    const Statement sending = sending_to_phones_statement(phones);
    return {
        added.rows(), dropped,
        read_sending_to_phones(connection.execute(sending.sql, sending.parameters))};
}

} // namespace

std::string on_their_way_words(const std::vector<MessageOnItsWay>& messages) {
    std::string words =
        messages.size() == 1
            ? "1 message may already be on its way: "
            : fmt::format("{} messages may already be on their way: ", messages.size());
    const char* between = "";
    for (const MessageOnItsWay& message : messages) {
        words += fmt::format("{}blast {}, {}", between, message.blast_id, message.phone);
        between = "; ";
    }
    return words;
}

Statement sending_to_phones_statement(const std::vector<std::string>& phones) {
    return {sql::sending_to_phones, Parameters::of(array_of(phones))};
}

std::vector<MessageOnItsWay> read_sending_to_phones(const Result& result) {
    std::vector<MessageOnItsWay> sending;
    for (int row = 0; row < result.rows(); ++row) {
        sending.push_back(
            {result.integer(row, "blast_id"), std::string(result.text(row, "phone_number"))});
    }
    return sending;
}

OptOutChanges add_opt_outs(
    Connection& connection, const std::vector<OptOutEntry>& entries, const std::string& source) {
    constexpr std::size_t group_size = 1000;
    OptOutChanges changes;
    for (std::size_t i = 0; i < entries.size(); i += group_size) {
        const auto begin = entries.begin() + static_cast<std::ptrdiff_t>(i);
        const auto size = static_cast<std::ptrdiff_t>(std::min(group_size, entries.size() - i));
        const OptOutChanges group = add_group(connection, {begin, begin + size}, source);
        changes.added += group.added;
        changes.dropped += group.dropped;
        changes.on_their_way.insert(
            changes.on_their_way.end(), group.on_their_way.begin(), group.on_their_way.end());
    }
    return changes;
}

std::vector<std::string>
remove_opt_outs(Connection& connection, const std::vector<std::string>& phones) {
    const Result removed =
        connection.execute(sql::opt_out_remove, Parameters::of(array_of(phones)));
    std::vector<std::string> were_on_it;
    were_on_it.reserve(static_cast<std::size_t>(removed.rows()));
    for (int row = 0; row < removed.rows(); ++row) {
        were_on_it.emplace_back(removed.text(row, "phone_number"));
    }
    return were_on_it;
}

std::vector<OptOut> list_opt_outs(Connection& connection, const std::string& after, int rows) {
    const Result page = connection.execute(sql::opt_out_list, Parameters::of(after, rows));
    std::vector<OptOut> list;
    list.reserve(static_cast<std::size_t>(page.rows()));
    for (int row = 0; row < page.rows(); ++row) {
        list.push_back(
            {std::string(page.text(row, "phone_number")), page.number(row, "opted_out_at"),
             std::string(page.text(row, "source")), std::string(page.text(row, "reason"))});
    }
    return list;
}

bool is_opted_out(Connection& connection, const std::vector<std::string>& numbers) {
    return connection.execute(sql::person_opted_out, Parameters::of(array_of(numbers)))
        .one_row()
        .boolean(0, "opted_out");
}

} // namespace blast
