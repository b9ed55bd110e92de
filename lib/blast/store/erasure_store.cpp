#include "blast/store/erasure_store.hpp"

#include "blast/sql.hpp"
#include "blast/store/connection.hpp"

namespace blast {

namespace {

constexpr int counter_slot = 0; // for short work by hand

/// "60123456789|5215512345678": digits that a pattern looks for.
std::string digits_pattern(const std::vector<std::string>& numbers) {
    std::string pattern;
    for (const std::string& number : numbers) {
        pattern += (pattern.empty() ? "" : "|") + number.substr(1);
    }
    return pattern;
}

/// In a blast: the person's rows, and what the history says of them. Adds the ids of its messages.
std::int64_t erase_in_blast(
    Connection& connection,
    std::int64_t blast_id,
    const std::vector<std::string>& numbers,
    ArrayLiteral& message_ids) {
    std::vector<std::int64_t> ids;
    const Result unsent = connection.execute(
        sql::forget_unsent,
        Parameters::of(blast_id, array_of(numbers), digits_pattern(numbers), counter_slot));
    ids.reserve(static_cast<std::size_t>(unsent.rows()));
    for (int row = 0; row < unsent.rows(); ++row) {
        ids.push_back(unsent.integer(row, "id"));
    }
    const Result sent =
        connection.execute(sql::forget_sent, Parameters::of(blast_id, array_of(numbers)));
    for (int row = 0; row < sent.rows(); ++row) {
        ids.push_back(sent.integer(row, "id"));
        message_ids.add(sent.text(row, "message_id"));
    }
    connection.execute(sql::forget_history, Parameters::of(blast_id, array_of(ids)));
    return static_cast<std::int64_t>(ids.size());
}

std::vector<std::string>
numbers_of_person(Connection& connection, const std::vector<std::string>& numbers) {
    const Result known = connection.execute(sql::person_numbers, Parameters::of(array_of(numbers)));
    std::vector<std::string> all;
    all.reserve(static_cast<std::size_t>(known.rows()));
    for (int row = 0; row < known.rows(); ++row) {
        all.emplace_back(known.text(row, "phone"));
    }
    return all;
}

PersonRecords records_of(Connection& connection, std::vector<std::string> numbers) {
    PersonRecords person;
    person.numbers = std::move(numbers);
    const Result blasts =
        connection.execute(sql::person_blasts, Parameters::of(array_of(person.numbers)));
    for (int row = 0; row < blasts.rows(); ++row) {
        person.blasts.push_back(blasts.integer(row, "blast_id"));
        person.being_sent = person.being_sent || blasts.boolean(row, "sending");
    }
    return person;
}

std::optional<Erasure>
erase_in_transaction(Connection& connection, const std::vector<std::string>& numbers) {
    Transaction transaction(connection);
    const std::vector<std::string> known = numbers_of_person(connection, numbers);
    Erasure erasure;
    ArrayLiteral message_ids;
    // A sender may have claimed, sent or queued what the statements before did not see: each look sees what is committed.
    for (PersonRecords left = records_of(connection, known); !left.blasts.empty();
         left = records_of(connection, known)) {
        if (left.being_sent) {
            return std::nullopt;
        }
        for (const std::int64_t blast_id : left.blasts) {
            erasure.recipients += erase_in_blast(connection, blast_id, known, message_ids);
        }
    }
    erasure.events =
        connection
            .execute(
                sql::forget_events,
                Parameters::of(array_of(known), digits_pattern(known), std::move(message_ids)))
            .one_row()
            .integer(0, "erased");
    transaction.commit();
    return erasure;
}

} // namespace

PersonRecords find_person(Connection& connection, const std::vector<std::string>& numbers) {
    return records_of(connection, numbers_of_person(connection, numbers));
}

std::optional<Erasure>
erase_person(Connection& connection, const std::vector<std::string>& numbers) {
    return again_while_worth_it([&] { return erase_in_transaction(connection, numbers); });
}

} // namespace blast
