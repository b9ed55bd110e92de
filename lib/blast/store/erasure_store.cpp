#include "blast/store/erasure_store.hpp"

#include "blast/sql.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/id_array.hpp"

namespace blast {

namespace {

constexpr int counter_slot = 0; // for short work by hand

/// In a blast: its rows, and what the history says of them. Adds the ids of its messages.
std::int64_t erase_in_blast(
    Connection& connection,
    std::int64_t blast_id,
    const std::string& phone,
    ArrayLiteral& message_ids) {
    std::vector<std::int64_t> ids;
    const Result unsent = connection.execute(
        sql::forget_unsent, Parameters::of(blast_id, phone, phone.substr(1), counter_slot));
    for (int row = 0; row < unsent.rows(); ++row) {
        ids.push_back(unsent.integer(row, 0));
    }
    const Result sent = connection.execute(sql::forget_sent, Parameters::of(blast_id, phone));
    for (int row = 0; row < sent.rows(); ++row) {
        ids.push_back(sent.integer(row, 0));
        message_ids.add(sent.text(row, 1));
    }
    connection.execute(sql::forget_history, Parameters::of(blast_id, id_array(ids)));
    return static_cast<std::int64_t>(ids.size());
}

} // namespace

PersonRecords find_person(Connection& connection, const std::string& phone) {
    const Result blasts = connection.execute(sql::person_blasts, Parameters::of(phone));
    PersonRecords person;
    for (int row = 0; row < blasts.rows(); ++row) {
        person.blasts.push_back(blasts.integer(row, 0));
        person.being_sent = person.being_sent || blasts.boolean(row, 1);
    }
    return person;
}

Erasure
erase_person(Connection& connection, const std::string& phone, const PersonRecords& person) {
    Transaction transaction(connection);
    Erasure erasure;
    ArrayLiteral message_ids;
    for (const std::int64_t blast_id : person.blasts) {
        erasure.recipients += erase_in_blast(connection, blast_id, phone, message_ids);
    }
    erasure.events =
        connection
            .execute(
                sql::forget_events, Parameters::of(phone, phone.substr(1), std::move(message_ids)))
            .one_row()
            .integer(0, 0);
    transaction.commit();
    return erasure;
}

} // namespace blast
