#include "support/database_query.hpp"

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>

namespace blast::test {

std::vector<std::vector<std::string>> query(const std::string& url, const std::string& sql) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
        PQconnectdb(url.c_str()), &PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK)
        throw std::runtime_error(PQerrorMessage(connection.get()));
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection.get(), sql.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
    std::vector<std::vector<std::string>> rows(static_cast<std::size_t>(PQntuples(result.get())));
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        for (int column = 0; column < PQnfields(result.get()); ++column)
            rows[static_cast<std::size_t>(row)].emplace_back(PQgetvalue(result.get(), row, column));
    }
    return rows;
}

std::string query_value(const std::string& url, const std::string& sql) {
    const auto rows = query(url, sql);
    if (rows.size() != 1 || rows[0].size() != 1)
        throw std::runtime_error(sql + ": not one value");
    return rows[0][0];
}

std::string with_database(const std::string& url, const std::string& database) {
    const std::size_t authority = url.find("://") + 3;
    const std::size_t path = url.find('/', authority);
    const std::size_t options = url.find('?', authority);
    return url.substr(0, std::min(path, options)) + '/' + database +
           (options == std::string::npos ? "" : url.substr(options));
}

} // namespace blast::test
