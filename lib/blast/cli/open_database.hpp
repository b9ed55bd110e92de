#pragma once

#include "blast/store/connection.hpp"

namespace blast {

struct Settings;

/// A connection to DATABASE_URL. Throws UsageError when that is not set, UnavailableError when the database cannot be used or
/// its schema is not this version's.
Connection open_database(const Settings& settings);

} // namespace blast
