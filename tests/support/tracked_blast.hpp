#pragma once

#include "support/temporary_database.hpp"

#include <cstdint>
#include <string>

namespace blast::test {

/// What a message is like that a test puts into the database. Times are seconds before now.
struct MessageFixture {
    std::string phone = {};
    std::string message_id = {};
    std::string status = "PENDING";
    std::string device = "5850";
    double sent_ago = 60;
    double checked_ago = -1;    ///< negative: never
    std::string jid_phone = {}; ///< empty: none
};

struct AttemptFixture {
    std::string phone = {};
    std::string state = "UNCONFIRMED"; ///< or QUEUED, SENDING, FAILED, DROPPED
    std::string device = {};           ///< empty: any of the blast's
    double begun_ago = 60;
    double ended_ago = 30; ///< when it became UNCONFIRMED; of SENDING when its lease ends
    bool attempted = true;
};

/// A blast in a test's database, filled row by row, with counters and history as the tools keep them.
class TrackedBlast {
public:
    explicit TrackedBlast(
        TemporaryDatabase& database,
        const std::string& tag = "raya",
        const std::string& device = "5850");

    std::int64_t id() const noexcept { return id_; }
    /// Both return the recipient's id.
    std::int64_t add(const MessageFixture& message);
    std::int64_t add(const AttemptFixture& attempt);
    /// Many messages at once: ids from 1, phones from +60100000000 on, message ids "<tag>-<id>", sent one second after the other,
    /// the last one `sent_ago` seconds before now.
    void add_many(std::int64_t count, double sent_ago);

    std::string status(std::int64_t recipient) const;
    /// A column of blast_recipients as text.
    std::string column(std::int64_t recipient, const std::string& name) const;
    /// "PENDING/send DELIVERY_ACK/poll": the history in its order.
    std::string history(std::int64_t recipient) const;

private:
    TemporaryDatabase& database_;
    std::string tag_;
    std::int64_t id_;
    std::int64_t next_recipient_ = 1;
};

/// Empty, or the first blast whose counters are not what counting its rows gives.
std::string counter_mistake(TemporaryDatabase& database);

} // namespace blast::test
