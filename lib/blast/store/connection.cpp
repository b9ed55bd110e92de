#include "blast/store/connection.hpp"

#include "blast/core/error.hpp"
#include "blast/store/pipeline.hpp"

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

/// Notices ("relation already exists, skipping") are for no one here, and libpq would print them unescaped.
void ignore_notice(void*, const pg_result*) {}

} // namespace

void Connection::Close::operator()(pg_conn* connection) const noexcept {
    PQfinish(connection);
}

Connection::Connection(const std::string& url) {
    const ConnectionKeywords keywords = connection_keywords(url);
    connection_.reset(PQconnectdbParams(keywords.keywords.data(), keywords.values.data(), 1));
    if (connection_ == nullptr || PQstatus(connection_.get()) != CONNECTION_OK) {
        throw UnavailableError(
            fmt::format(
                "cannot connect to the database ({})", connection_failure(connection_.get())),
            connection_remedy);
    }
    PQsetNoticeReceiver(connection_.get(), ignore_notice, nullptr);
    silence_notices(connection_.get());
    check(connection_.get(), PQsetnonblocking(connection_.get(), 1) == 0);
}

Result Connection::execute(std::string_view sql, const Parameters& parameters) {
    Results results = execute_together({{sql, parameters}});
    return std::move(results.front());
}

Results Connection::execute_together(const std::vector<Statement>& statements) {
    start(statements);
    return collect();
}

void Connection::start(const std::vector<Statement>& statements) {
    started_ = send_pipeline(connection_.get(), statements);
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

Transaction::Transaction(Connection& connection, std::vector<Statement> first)
    : connection_(connection) {
    first.insert(first.begin(), {"BEGIN"});
    try {
        first_results_ = connection_.execute_together(first);
    } catch (...) {
        roll_back();
        throw;
    }
    first_results_.erase(first_results_.begin());
}

Transaction::~Transaction() {
    roll_back();
}

void Transaction::roll_back() noexcept {
    if (!open_ || connection_.lost()) {
        return;
    }
    try {
        connection_.execute("ROLLBACK");
    } catch (
        const std::
            exception&) { // NOLINT(bugprone-empty-catch): a lost connection has rolled back by itself
    }
}

void Transaction::commit(std::vector<Statement> last) {
    last.push_back({"COMMIT"});
    connection_.execute_together(last);
    open_ = false;
}

} // namespace blast
