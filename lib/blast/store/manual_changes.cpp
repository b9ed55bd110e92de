#include "blast/store/manual_changes.hpp"

#include "blast/sql.hpp"
#include "blast/store/connection.hpp"

namespace blast {

namespace {

constexpr int counter_slot = 0; // for short work by hand

} // namespace

Resolution resolve_unconfirmed(
    Connection& connection, std::int64_t blast_id, const std::string& phone, bool sent) {
    const char* const state = sent ? "DROPPED" : "QUEUED";
    const char* const why =
        sent ? "sent, message id unknown (resolved by hand)" : "not sent (resolved by hand)";
    const Result changed = connection.execute(
        sql::resolve_unconfirmed, Parameters::of(blast_id, phone, state, why, counter_slot));
    if (changed.one_row().integer(0, "resolved") > 0) {
        return {true, state};
    }
    const Result found = connection.execute(sql::recipient_state, Parameters::of(blast_id, phone));
    return {false, found.empty() ? std::string() : std::string(found.text(0, "state"))};
}

Cancellation cancel_blast(Connection& connection, std::int64_t blast_id) {
    const Result rows =
        connection.execute(sql::cancel_blast, Parameters::of(blast_id, counter_slot));
    Cancellation cancellation{rows.integer(0, "dropped"), {}};
    for (int row = 1; row < rows.rows(); ++row) {
        cancellation.on_their_way.push_back(
            {blast_id, std::string(rows.text(row, "phone_number"))});
    }
    return cancellation;
}

} // namespace blast
