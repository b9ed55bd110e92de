#pragma once

#include "blast/store/database_error.hpp"
#include "blast/store/parameters.hpp"
#include "blast/store/prepared_statements.hpp"
#include "blast/store/result.hpp"

#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace blast {

// What the blocking and the event-driven connection share: how a connection is described to libpq, and how a group of
// statements goes out as one pipeline with one Sync and comes back. One Sync per pipeline and all results read before
// the next: a client killed with several in flight leaves PgBouncer 1.18 handing wrong results to the next client.

/// Keywords and values for PQconnectdbParams and PQconnectStartParams: the user's string, and what it leaves open.
struct ConnectionKeywords {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
};
/// The result points into `url`.
ConnectionKeywords connection_keywords(const std::string& url);

/// Notices and warnings of the server's are not for the user of a tool: none is printed.
void silence_notices(pg_conn* connection);

/// Texts of what a pipeline was asked, in order; what nobody waits for an answer to has none.
using PipelineQuestions = std::vector<std::string_view>;

/// What a connection is for. Only what reads works on a standby.
enum class Access { read, write };

/// What a group of statements is of its transaction: all of it, or a part. Where it begins one, the transaction is read
/// committed and has the settings of transaction_settings.sql, whatever the role's are: a pooler allows them no sooner.
struct TransactionPart {
    bool begins = true;
    bool commits = true;
    Access access = Access::write;
};

/// Queues the statements and one Sync; the connection is non-blocking and idle. With `prepared`, statements that are
/// repeated are prepared and executed by name; the caller drops `prepared` when the pipeline fails. Throws DatabaseError.
/// After a failure the transaction that was begun stays open, to be rolled back.
PipelineQuestions send_pipeline(
    pg_conn* connection,
    const std::vector<Statement>& statements,
    const TransactionPart& part,
    PreparedStatements* prepared = nullptr);

/// Gathers the answers to one pipeline as they arrive.
class PipelineAnswers {
public:
    explicit PipelineAnswers(PipelineQuestions questions) : questions_(std::move(questions)) {}

    /// Takes what libpq has (PQisBusy is false between calls). True once the Sync is answered: only then is anything
    /// durable. Call PQconsumeInput before it.
    bool advance(pg_conn* connection);
    /// After the Sync: the results of the statements, or the first failure as a DatabaseError.
    Results take();

private:
    void accept(pg_conn* connection, pg_result* result);

    PipelineQuestions questions_;
    std::size_t answered_ = 0;
    Results results_;
    std::string failure_;
    std::string sqlstate_;
    bool failed_ = false;
    bool synced_ = false;
};

/// What the server says of a statement that failed, or the connection where the server said nothing.
DatabaseError statement_failure(pg_conn* connection, const pg_result* result);

/// The connection's last error on one line, escaped, without libpq's prefix.
std::string connection_failure(pg_conn* connection);

} // namespace blast
