#pragma once

#include "blast/domain/sale.hpp"

#include <vector>

namespace blast {

class Connection;

/// What came of a sale.
enum class SaleOutcome {
    closed,         ///< its message counts as closed now
    closed_before,  ///< its message was closed by an earlier sale: the first one counts
    without_message ///< no message was sent to the phone before it
};

/// Closes for each sale the latest message sent to its phone before it, in one transaction; of several sales for one
/// message the earliest counts. Safe to repeat. The result is in the order of `sales`. Throws DatabaseError.
std::vector<SaleOutcome> record_sales(Connection& connection, const std::vector<Sale>& sales);

} // namespace blast
