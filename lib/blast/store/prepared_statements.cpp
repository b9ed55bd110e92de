#include "blast/store/prepared_statements.hpp"

#include <fmt/format.h>

#include <functional>

namespace blast {

PreparedStatements::Entry& PreparedStatements::entry(std::string_view sql) {
    Entry& entry = entries_[sql.data()];
    if (entry.name.empty()) {
        entry.name = fmt::format("blast_{:016x}", std::hash<std::string_view>()(sql));
    }
    return entry;
}

} // namespace blast
