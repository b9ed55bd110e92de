#pragma once

#include "blast/store/pipeline.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;

namespace blast {

/// One connection to PostgreSQL for work that waits for its answers. Safe behind a transaction pooler: only unnamed
/// statements, no session state; and whatever the role is set to, since each transaction begins with its settings
/// (transaction_settings.sql). Not thread-safe. All calls throw DatabaseError.
class Connection {
public:
    /// Connects. `url` is any libpq connection string; connect_timeout (15 s), keepalives and application_name are set
    /// where it does not. Throws UnavailableError, without the password, when the server cannot be used.
    explicit Connection(const std::string& url, Access access = Access::write);

    /// One statement, committed when this returns (unless a Transaction is open).
    Result execute(std::string_view sql, const Parameters& parameters = {});
    /// Several statements in one round trip and one transaction, with a single Sync: all are committed when this
    /// returns, or none is. Where the server rolls them back for a reason that passes (a deadlock, a cancelled statement)
    /// they are tried again, a few times, with growing gaps.
    Results execute_together(const std::vector<Statement>& statements);

    /// Begins a COPY ... FROM STDIN; only `copy` and `end_copy` may follow. The server works while the caller goes on.
    void begin_copy(std::string_view sql);
    /// Whole rows in COPY's text format. Blocks while the server is behind.
    void copy(std::string_view rows);
    /// All rows are in the table (of a transaction that is open) when this returns.
    void end_copy();
    /// Ends a COPY that is under way, and the transaction fails with it.
    void abort_copy();

    /// Several statements separated by semicolons, without values: the text of a migration.
    void execute_script(const std::string& script);

    bool lost() const;
    /// Of the server, e.g. 150018.
    int server_version() const;
    /// Of the server process, as the handshake said it; a pooler says another number there than pg_backend_pid().
    int backend_pid() const;

private:
    friend class Transaction;

    /// A round trip. What fails is rolled back where it began a transaction.
    Results run(const std::vector<Statement>& statements, bool begins, bool commits);
    void send(const std::vector<Statement>& statements, const TransactionPart& part);
    Results collect();
    void roll_back() noexcept;
    void leave_pipeline();
    void finish_copy(const char* refusal);

    struct Close {
        void operator()(pg_conn* connection) const noexcept;
    };
    std::unique_ptr<pg_conn, Close> connection_;
    Access access_;
    bool in_transaction_ = false; ///< a Transaction's
    std::vector<std::string_view> started_;
};

/// BEGIN ... COMMIT on a connection; rolled back when it is destroyed without a commit. One at a time.
/// What fails for a reason that passes is for its user to try again, from the beginning: see again_while_worth_it.
class Transaction {
public:
    /// Begins, and executes `first` in the same round trip.
    explicit Transaction(Connection& connection, const std::vector<Statement>& first = {});
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    Transaction(Transaction&&) = delete;
    Transaction& operator=(Transaction&&) = delete;

    /// Results of `first`.
    const Results& first_results() const noexcept { return first_results_; }
    /// Executes `last` and commits, in one round trip.
    void commit(const std::vector<Statement>& last = {});

private:
    Connection& connection_;
    Results first_results_;
};

} // namespace blast
