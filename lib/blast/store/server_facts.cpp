#include "blast/store/server_facts.hpp"

#include "blast/sql.hpp"
#include "blast/store/connection.hpp"

namespace blast {

ServerFacts ask_server_facts(Connection& connection) {
    const Result row = connection.execute(sql::check_server);
    return {
        static_cast<int>(row.one_row().integer(0, 0)),
        row.number(0, 1),
        std::string(row.text(0, 2)),
        row.boolean(0, 3),
        row.boolean(0, 4),
        row.boolean(0, 5)};
}

} // namespace blast
