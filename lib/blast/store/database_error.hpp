#pragma once

#include "blast/core/backoff.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace blast {

/// A statement or a connection failed. what() is the server's or libpq's primary message, escaped and on one line.
class DatabaseError : public std::runtime_error {
public:
    DatabaseError(const std::string& message, std::string sqlstate, bool connection_lost)
        : std::runtime_error(message),
          sqlstate_(std::move(sqlstate)),
          connection_lost_(connection_lost) {}

    /// Five characters (PostgreSQL manual, appendix A), or empty when libpq itself failed.
    const std::string& sqlstate() const noexcept { return sqlstate_; }
    /// The connection is gone. Whether a commit that was under way has happened is not known.
    bool connection_lost() const noexcept { return connection_lost_; }
    /// Serialization failure, deadlock, cancelled statement, shutdown, connection trouble or a prepared statement that is gone: the same
    /// statement may succeed later.
    bool worth_a_retry() const noexcept;

private:
    std::string sqlstate_;
    bool connection_lost_;
};

/// Tries of what the server rolls back for a reason that passes: a few, with growing gaps.
class Retries {
public:
    /// How long to wait before the next try after this failure; nothing when there is no point in one, or when it is not
    /// known whether the work was committed.
    std::optional<std::chrono::milliseconds>
    gap_after(const DatabaseError& failure, Random& random);

private:
    Backoff backoff_{std::chrono::milliseconds(50), std::chrono::milliseconds(1'000)};
    int tries_ = 0;
};

/// Calls `work`, which leaves nothing behind when it throws a DatabaseError, until it succeeds or there is no point in
/// another try: then that error is thrown.
template <typename Work>
auto again_while_worth_it(const Work& work) {
    for (Retries retries;;) {
        try {
            return work();
        } catch (const DatabaseError& failure) {
            Random random = Random::from_system();
            const auto gap = retries.gap_after(failure, random);
            if (!gap) {
                throw;
            }
            std::this_thread::sleep_for(*gap);
        }
    }
}

} // namespace blast
