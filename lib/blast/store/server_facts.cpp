#include "blast/store/server_facts.hpp"

#include "blast/sql.hpp"
#include "blast/store/connection.hpp"

namespace blast {

ServerFacts ask_server_facts(Connection& connection) {
    const Result row = connection.execute(sql::check_server);
    return {
        static_cast<int>(row.one_row().integer(0, "pid")),
        row.number(0, "epoch"),
        std::string(row.text(0, "version")),
        row.boolean(0, "fsync"),
        row.boolean(0, "full_page_writes"),
        row.boolean(0, "is_neon")};
}

} // namespace blast
