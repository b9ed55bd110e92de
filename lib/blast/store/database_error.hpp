#pragma once

#include <stdexcept>
#include <string>

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
    /// Serialization failure, deadlock, shutdown, connection trouble or a prepared statement that is gone: the same
    /// statement may succeed later.
    bool worth_a_retry() const noexcept;

private:
    std::string sqlstate_;
    bool connection_lost_;
};

} // namespace blast
