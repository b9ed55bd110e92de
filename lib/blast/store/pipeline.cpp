#include "blast/store/pipeline.hpp"

#include "blast/core/printable.hpp"
#include "blast/sql.hpp"
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

constexpr std::string_view begin_writing = "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE";
constexpr std::string_view begin_reading = "BEGIN ISOLATION LEVEL READ COMMITTED, READ ONLY";

bool send_unnamed(pg_conn* connection, const Statement& statement) {
    const std::string sql(statement.sql);
    return PQsendQueryParams(
               connection, sql.c_str(), statement.parameters.count(), nullptr,
               statement.parameters.pointers().data(), nullptr, nullptr, 0) == 1;
}

bool send_prepared(
    pg_conn* connection,
    const Statement& statement,
    PreparedStatements& prepared,
    PipelineQuestions& questions) {
    PreparedStatements::Entry& entry = prepared.entry(statement.sql);
    if (!entry.known) {
        const std::string sql(statement.sql);
        if (PQsendPrepare(connection, entry.name.c_str(), sql.c_str(), 0, nullptr) != 1) {
            return false;
        }
        questions.emplace_back();
        entry.known = true;
    }
    return PQsendQueryPrepared(
               connection, entry.name.c_str(), statement.parameters.count(),
               statement.parameters.pointers().data(), nullptr, nullptr, 0) == 1;
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

PipelineQuestions send_pipeline(
    pg_conn* connection,
    const std::vector<Statement>& statements,
    const TransactionPart& part,
    PreparedStatements* prepared) {
    if (PQpipelineStatus(connection) == PQ_PIPELINE_OFF && PQenterPipelineMode(connection) != 1) {
        throw_connection_failure(connection);
    }
    PipelineQuestions questions;
    questions.reserve(statements.size() + 3);
    const auto send = [&](const Statement& statement, std::string_view question) {
        const bool sent = prepared != nullptr && statement.repeated
                              ? send_prepared(connection, statement, *prepared, questions)
                              : send_unnamed(connection, statement);
        if (!sent) {
            throw_connection_failure(connection);
        }
        questions.push_back(question);
    };
    constexpr std::string_view unasked;
    if (part.begins) {
        send({part.access == Access::write ? begin_writing : begin_reading, {}, true}, unasked);
        send({sql::transaction_settings, {}, true}, unasked);
    }
    for (const Statement& statement : statements) {
        send(statement, statement.sql);
    }
    if (part.commits) {
        send({"COMMIT", {}, true}, unasked);
    }
    if (PQpipelineSync(connection) != 1) {
        throw_connection_failure(connection);
    }
    return questions;
}

void PipelineAnswers::accept(pg_conn* connection, pg_result* result) {
    const std::string_view question =
        answered_ < questions_.size() ? questions_[answered_] : std::string_view();
    Result owned(result, question);
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC: synced_ = true; break;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        ++answered_;
        if (!question.empty()) {
            results_.push_back(std::move(owned));
        }
        break;
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
