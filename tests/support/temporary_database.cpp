#include "support/temporary_database.hpp"

#include "blast/sql.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/schema.hpp"

#include <libpq-fe.h>

#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

namespace blast::test {

namespace {

using Rows = std::vector<TemporaryDatabase::Row>;
using ConnectionHandle = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using ResultHandle = std::unique_ptr<PGresult, decltype(&PQclear)>;

std::string server_url() {
    const char* const url = std::getenv("BLAST_TEST_DATABASE_URL"); // NOLINT(concurrency-mt-unsafe)
    if (url == nullptr || *url == '\0') {
        throw std::runtime_error(
            "BLAST_TEST_DATABASE_URL is not set: run scripts/test, or set it to a server's URL");
    }
    return url;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (plain.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            encoded.append({'%', digits[byte >> 4U], digits[byte & 0xFU]});
        }
    }
    return encoded;
}

/// The server's connection string with another database in it.
std::string url_of(const std::string& database) {
    char* problem = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(server_url().c_str(), &problem), &PQconninfoFree);
    if (!options) {
        const std::unique_ptr<char, decltype(&PQfreemem)> text(problem, &PQfreemem);
        throw std::runtime_error(
            "BLAST_TEST_DATABASE_URL: " + std::string(problem != nullptr ? problem : "unreadable"));
    }
    std::string url = "postgresql:///" + percent_encoded(database);
    char separator = '?';
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr || std::string_view(option->keyword) == "dbname") {
            continue;
        }
        url += separator + std::string(option->keyword) + '=' + percent_encoded(option->val);
        separator = '&';
    }
    return url;
}

ConnectionHandle connect(const std::string& url) {
    ConnectionHandle connection(PQconnectdb(url.c_str()), &PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK) {
        throw std::runtime_error(std::string("test database: ") + PQerrorMessage(connection.get()));
    }
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    return connection;
}

Rows run_statements(PGconn* connection, const std::string& sql) {
    const ResultHandle result(PQexec(connection, sql.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        throw std::runtime_error(sql + ": " + PQerrorMessage(connection));
    }
    Rows rows(static_cast<std::size_t>(PQntuples(result.get())));
    for (std::size_t row = 0; row < rows.size(); ++row) {
        for (int column = 0; column < PQnfields(result.get()); ++column) {
            rows[row].emplace_back(PQgetvalue(result.get(), static_cast<int>(row), column));
        }
    }
    return rows;
}

void run_on_server(const std::string& sql) {
    run_statements(connect(server_url()).get(), sql);
}

void drop(const std::string& database) noexcept {
    try {
        run_on_server("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
    } catch (const std::exception& error) {
        std::cerr << "could not drop " << database << ": " << error.what() << '\n';
    }
}

/// A name that no other process or earlier run has.
std::string new_name(std::string_view kind) {
    static int count = 0;
    std::random_device random;
    return "blast_" + std::string(kind) + '_' + std::to_string(getpid()) + '_' +
           std::to_string(random()) + '_' + std::to_string(++count);
}

/// Another one for each text of the migrations.
std::string template_name() {
    std::size_t hash = 0;
    for (const sql::Migration& migration : sql::migrations)
        hash = hash * 31 + std::hash<std::string_view>{}(migration.text);
    return "blast_template_" + std::to_string(hash);
}

void make_template(const std::string& name) {
    const std::string unfinished = new_name("unfinished");
    run_on_server("CREATE DATABASE " + unfinished);
    try {
        {
            Connection connection(url_of(unfinished));
            migrate(connection);
        }
        run_on_server("ALTER DATABASE " + unfinished + " RENAME TO " + name);
    } catch (...) {
        drop(unfinished);
        throw;
    }
}

/// Each test is a process of its own, so the first one makes the template for all of them, and nobody drops it: it goes
/// with the server. A name is there once its database is whole.
const std::string& migrated_template() {
    static const std::string name = template_name();
    static const bool made [[maybe_unused]] = [] {
        const ConnectionHandle holder = connect(server_url());
        const auto exists = [&] {
            const std::string find = "SELECT 1 FROM pg_database WHERE datname = '" + name + "'";
            return !run_statements(holder.get(), find).empty();
        };
        if (exists())
            return true;
        run_statements(holder.get(), "SELECT pg_advisory_lock(hashtext('" + name + "'))");
        if (!exists())
            make_template(name);
        return true;
    }();
    return name;
}

} // namespace

void TemporaryDatabase::Close::operator()(pg_conn* connection) const noexcept {
    PQfinish(connection);
}

TemporaryDatabase::TemporaryDatabase() : TemporaryDatabase(migrated_template()) {}

TemporaryDatabase::TemporaryDatabase(const std::string& template_name)
    : name_(new_name("test")), url_(url_of(name_)) {
    run_on_server("CREATE DATABASE " + name_ + " TEMPLATE " + template_name);
}

TemporaryDatabase::~TemporaryDatabase() {
    connection_.reset();
    drop(name_);
}

std::unique_ptr<TemporaryDatabase> TemporaryDatabase::without_schema() {
    return std::unique_ptr<TemporaryDatabase>(new TemporaryDatabase("template0"));
}

std::vector<TemporaryDatabase::Row> TemporaryDatabase::query(const std::string& sql) {
    if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK) {
        connection_.reset(connect(url_).release());
    }
    return run_statements(connection_.get(), sql);
}

std::string TemporaryDatabase::value(const std::string& sql) {
    const std::vector<Row> rows = query(sql);
    if (rows.size() != 1 || rows[0].size() != 1) {
        throw std::runtime_error(sql + ": not one value");
    }
    return rows[0][0];
}

void TemporaryDatabase::hold_autovacuum() {
    query(R"(
        DO $$
        DECLARE name regclass;
        BEGIN
            FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
                EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', name);
            END LOOP;
        END $$)");
}

} // namespace blast::test
