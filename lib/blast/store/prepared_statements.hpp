#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace blast {

/// The statements that one connection's server process has parsed and planned. Only for a connection that no pooler
/// stands in: a pooler in transaction mode gives each transaction another process, which does not know them. A name
/// stands for the same text in every process, whoever prepared it. Not thread-safe.
class PreparedStatements {
public:
    struct Entry {
        std::string name;
        bool known = false; ///< to the server; else it has to be prepared first
    };

    /// Makes an entry where there is none. `sql` is one of blast::sql.
    Entry& entry(std::string_view sql);

private:
    std::unordered_map<const char*, Entry> entries_;
};

} // namespace blast
