#pragma once

#include "blast/core/random.hpp"
#include "blast/store/connection.hpp"

#include <chrono>
#include <string>

namespace blast {

/// Replaces a connection that was lost, trying with growing, jittered gaps for `budget`. Throws UnavailableError, that of the
/// last try, when the database stays away.
void reconnect(
    Connection& connection,
    const std::string& url,
    Random& random,
    std::chrono::milliseconds budget = std::chrono::seconds(60));

} // namespace blast
