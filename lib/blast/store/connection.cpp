#include "blast/store/connection.hpp"

#include "blast/core/error.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <cerrno>
#include <optional>
#include <poll.h>

namespace blast {

namespace {

constexpr const char* connection_remedy =
    "check DATABASE_URL, that the server runs, and that this machine may reach it";

void wait_for(pg_conn* connection, short events) {
    pollfd descriptor{PQsocket(connection), events, 0};
    while (poll(&descriptor, 1, -1) < 0 && errno == EINTR) {
    }
}

void check(pg_conn* connection, bool good) {
    if (!good) {
        throw DatabaseError(
            connection_failure(connection), "", PQstatus(connection) == CONNECTION_BAD);
    }
}

} // namespace

void Connection::Close::operator()(pg_conn* connection) const noexcept {
    PQfinish(connection);
}

Connection::Connection(const std::string& url, Access access) : access_(access) {
    const ConnectionKeywords keywords = connection_keywords(url);
    connection_.reset(PQconnectdbParams(keywords.keywords.data(), keywords.values.data(), 1));
    if (connection_ == nullptr || PQstatus(connection_.get()) != CONNECTION_OK) {
        throw UnavailableError(
            fmt::format(
                "cannot connect to the database ({})", connection_failure(connection_.get())),
            connection_remedy);
    }
    silence_notices(connection_.get());
    check(connection_.get(), PQsetnonblocking(connection_.get(), 1) == 0);
}

Result Connection::execute(std::string_view sql, const Parameters& parameters) {
    Results results = execute_together({{sql, parameters}});
    return std::move(results.front());
}

Results Connection::execute_together(const std::vector<Statement>& statements) {
    if (in_transaction_) {
        return run(statements, false, false);
    }
    return again_while_worth_it([&] { return run(statements, true, true); });
}

Results Connection::run(const std::vector<Statement>& statements, bool begins, bool commits) {
    try {
        send(statements, {begins, commits, access_});
        return collect();
    } catch (const DatabaseError&) {
        if (begins) {
            roll_back();
        }
        throw;
    }
}

void Connection::send(const std::vector<Statement>& statements, const TransactionPart& part) {
    started_ = send_pipeline(connection_.get(), statements, part);
    // A large group may not fit the socket's buffer: the server's answers are read meanwhile (libpq manual, 34.4).
    for (int left = PQflush(connection_.get()); left != 0; left = PQflush(connection_.get())) {
        check(connection_.get(), left > 0);
        wait_for(connection_.get(), POLLIN | POLLOUT);
        check(connection_.get(), PQconsumeInput(connection_.get()) == 1);
    }
}

Results Connection::collect() {
    PipelineAnswers answers(std::move(started_));
    while (!answers.advance(connection_.get())) {
        wait_for(connection_.get(), POLLIN);
        check(connection_.get(), PQconsumeInput(connection_.get()) == 1);
    }
    return answers.take();
}

void Connection::execute_script(const std::string& script) {
    leave_pipeline();
    const Result result(PQexec(connection_.get(), script.c_str()), script);
    const bool good = PQresultStatus(result.get()) == PGRES_COMMAND_OK ||
                      PQresultStatus(result.get()) == PGRES_TUPLES_OK;
    // Before PQsetnonblocking, which forgets what the server said.
    const DatabaseError failure = statement_failure(connection_.get(), result.get());
    check(connection_.get(), PQsetnonblocking(connection_.get(), 1) == 0);
    if (!good) {
        throw DatabaseError(failure);
    }
}

/// What a pipeline cannot do is done by calls that block.
void Connection::leave_pipeline() {
    if (PQpipelineStatus(connection_.get()) != PQ_PIPELINE_OFF) {
        check(connection_.get(), PQexitPipelineMode(connection_.get()) == 1);
    }
    check(connection_.get(), PQsetnonblocking(connection_.get(), 0) == 0);
}

void Connection::begin_copy(std::string_view sql) {
    leave_pipeline();
    const Result result(PQexec(connection_.get(), std::string(sql).c_str()), sql);
    if (PQresultStatus(result.get()) != PGRES_COPY_IN) {
        const DatabaseError failure = statement_failure(connection_.get(), result.get());
        check(connection_.get(), PQsetnonblocking(connection_.get(), 1) == 0);
        throw DatabaseError(failure);
    }
}

void Connection::copy(std::string_view rows) {
    if (PQputCopyData(connection_.get(), rows.data(), static_cast<int>(rows.size())) != 1) {
        finish_copy(nullptr); // throws what the server said, if it ended the COPY
        check(connection_.get(), false);
    }
}

void Connection::end_copy() {
    finish_copy(nullptr);
}

void Connection::abort_copy() {
    try {
        finish_copy("given up");
    } catch (const DatabaseError&) { // NOLINT(bugprone-empty-catch): it is to fail
    }
}

void Connection::finish_copy(const char* refusal) {
    pg_conn* const connection = connection_.get();
    const bool sent = PQputCopyEnd(connection, refusal) == 1;
    std::optional<DatabaseError> failure;
    while (pg_result* const raw = PQgetResult(connection)) {
        const Result result(raw, "COPY");
        if (!failure && PQresultStatus(raw) != PGRES_COMMAND_OK) {
            failure = statement_failure(connection, raw);
        }
    }
    if (failure) {
        PQsetnonblocking(connection, 1);
        throw DatabaseError(*failure);
    }
    check(connection, sent);
    check(connection, PQsetnonblocking(connection, 1) == 0);
}

bool Connection::lost() const {
    return PQstatus(connection_.get()) == CONNECTION_BAD;
}

int Connection::backend_pid() const {
    return PQbackendPID(connection_.get());
}

int Connection::server_version() const {
    return PQserverVersion(connection_.get());
}

/// Where the failure was the commit's nothing is left to roll back, which the server only notes.
void Connection::roll_back() noexcept {
    in_transaction_ = false;
    if (lost()) {
        return; // and has rolled back by itself
    }
    try {
        run({{"ROLLBACK"}}, false, false);
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): then the connection is lost
    }
}

Transaction::Transaction(Connection& connection, const std::vector<Statement>& first)
    : connection_(connection),
      first_results_(again_while_worth_it([&] { return connection.run(first, true, false); })) {
    connection_.in_transaction_ = true;
}

Transaction::~Transaction() {
    if (connection_.in_transaction_) {
        connection_.roll_back();
    }
}

void Transaction::commit(const std::vector<Statement>& last) {
    connection_.run(last, false, true);
    connection_.in_transaction_ = false;
}

} // namespace blast
