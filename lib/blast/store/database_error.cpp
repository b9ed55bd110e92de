#include "blast/store/database_error.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace blast {

bool DatabaseError::worth_a_retry() const noexcept {
    // serialization_failure, deadlock_detected, query_canceled, admin_shutdown, crash_shutdown, cannot_connect_now; and
    // where somebody took prepared statements away or made them: invalid_sql_statement_name,
    // duplicate_prepared_statement
    constexpr std::array<std::string_view, 8> transient{"40001", "40P01", "57014", "57P01",
                                                        "57P02", "57P03", "26000", "42P05"};
    return connection_lost_ || sqlstate_.compare(0, 2, "08") == 0 ||
           std::find(transient.begin(), transient.end(), sqlstate_) != transient.end();
}

std::optional<std::chrono::milliseconds>
Retries::gap_after(const DatabaseError& failure, Random& random) {
    constexpr int most_tries = 5;
    if (failure.connection_lost() || !failure.worth_a_retry() || ++tries_ == most_tries) {
        return std::nullopt;
    }
    return backoff_.next(random);
}

} // namespace blast
