#include "support/pooler.hpp"

#include "support/database_query.hpp"
#include "support/server_user.hpp"

#include <libpq-fe.h>

#include <stdexcept>

namespace blast::test {

namespace {

/// PgBouncer's own connection string: "host=... port=... user=... password=...".
std::string server_settings(const std::string& url, std::string& database) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(url.c_str(), nullptr), &PQconninfoFree);
    if (!options)
        throw std::runtime_error("unreadable connection string");
    std::string settings;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        const std::string keyword = option->keyword;
        if (option->val == nullptr)
            continue;
        if (keyword == "dbname")
            database = option->val;
        if (keyword == "host" || keyword == "port" || keyword == "user" || keyword == "password" ||
            keyword == "dbname")
            settings += keyword + '=' + option->val + ' ';
    }
    return settings;
}

} // namespace

Pooler::Pooler(const std::string& server_url) {
    std::string database;
    const std::string server = server_settings(server_url, database);
    const std::string port = std::to_string(free_port());
    give_to_server_user(folder_);
    const std::string settings = folder_.write(
        "pgbouncer.ini",
        "[databases]\n" + database + " = " + server +
            "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + port +
            "\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n"
            "default_pool_size = 4\nmax_client_conn = 200\n"
            "server_login_retry = 2\n" // 15 s by default, which tests would wait for
            "ignore_startup_parameters =\n");
    process_ = std::make_unique<Process>(as_server_user({"/usr/sbin/pgbouncer", settings}));
    url_ = "postgresql://blast@127.0.0.1:" + port + '/' + database;
    wait_until("PgBouncer to take connections", [this] {
        if (!process_->running())
            throw std::runtime_error("PgBouncer did not start: " + process_->err());
        try {
            query(url_, "SELECT 1");
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    });
}

} // namespace blast::test
