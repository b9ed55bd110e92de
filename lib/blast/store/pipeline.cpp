#include "blast/store/pipeline.hpp"

#include "blast/core/printable.hpp"
#include "blast/store/database_error.hpp"

#include <libpq-fe.h>

namespace blast {

namespace {

std::string one_line(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.remove_suffix(1);
    }
    return printable(text.substr(0, text.find('\n')));
}

std::string error_field(const pg_result* result, int field) {
    const char* const value = PQresultErrorField(result, field);
    return value == nullptr ? "" : value;
}

[[noreturn]] void throw_connection_failure(pg_conn* connection) {
    throw DatabaseError(connection_failure(connection), "", PQstatus(connection) == CONNECTION_BAD);
}

} // namespace

std::string connection_failure(pg_conn* connection) {
    std::string failure = one_line(PQerrorMessage(connection));
    return failure.empty() ? "the server closed the connection" : failure;
}

DatabaseError statement_failure(pg_conn* connection, const pg_result* result) {
    std::string failure = one_line(error_field(result, PG_DIAG_MESSAGE_PRIMARY));
    if (failure.empty()) {
        failure = connection_failure(connection);
    }
    return {failure, error_field(result, PG_DIAG_SQLSTATE), PQstatus(connection) == CONNECTION_BAD};
}

ConnectionKeywords connection_keywords(const std::string& url) {
    // An earlier keyword gives way to a later one, and dbname is expanded in place (expand_dbname): so these are
    // defaults that the user's string overrides.
    return {
        {"fallback_application_name", "connect_timeout", "keepalives_idle", "keepalives_interval",
         "keepalives_count", "tcp_user_timeout", "client_encoding", "dbname", nullptr},
        {"blast", "15", "10", "5", "3", "20000", "UTF8", url.c_str(), nullptr}};
}

void silence_notices(pg_conn* connection) {
    PQsetNoticeReceiver(
        connection, [](void*, const pg_result*) {}, nullptr);
}

void send_pipeline(pg_conn* connection, const std::vector<Statement>& statements) {
    if (PQpipelineStatus(connection) == PQ_PIPELINE_OFF && PQenterPipelineMode(connection) != 1) {
        throw_connection_failure(connection);
    }
    for (const Statement& statement : statements) {
        const std::string sql(statement.sql);
        const auto values = statement.parameters.pointers();
        if (PQsendQueryParams(
                connection, sql.c_str(), statement.parameters.count(), nullptr, values.data(),
                nullptr, nullptr, 0) != 1) {
            throw_connection_failure(connection);
        }
    }
    if (PQpipelineSync(connection) != 1) {
        throw_connection_failure(connection);
    }
}

void PipelineAnswers::accept(pg_conn* connection, pg_result* result) {
    Result owned(
        result, results_.size() < sql_.size() ? sql_[results_.size()] : std::string_view());
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC: synced_ = true; break;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK: results_.push_back(std::move(owned)); break;
    case PGRES_PIPELINE_ABORTED: break;
    default:
        if (!failed_) {
            failed_ = true;
            const DatabaseError error = statement_failure(connection, result);
            failure_ = error.what();
            sqlstate_ = error.sqlstate();
        }
    }
}

bool PipelineAnswers::advance(pg_conn* connection) {
    while (!synced_ && PQisBusy(connection) == 0) {
        pg_result* const result = PQgetResult(connection);
        if (result != nullptr) {
            accept(connection, result);
        } else if (PQstatus(connection) == CONNECTION_BAD) {
            throw_connection_failure(connection);
        }
    }
    return synced_;
}

Results PipelineAnswers::take() {
    if (failed_) {
        throw DatabaseError(failure_, sqlstate_, false);
    }
    return std::move(results_);
}

} // namespace blast
