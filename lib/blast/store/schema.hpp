#pragma once

#include <string>
#include <vector>

namespace blast {

class Connection;

/// Applies the migrations that the database lacks, in order, in one transaction under pg_advisory_xact_lock: safe to
/// repeat and to run from several places at once, also behind a transaction pooler. Returns the names of what was
/// applied, none if it was up to date. Throws UnavailableError when the schema is newer than this executable.
std::vector<std::string> migrate(Connection& connection);

/// Throws UnavailableError when the schema is missing, older or newer than this executable needs, naming both versions
/// and what to run.
void require_current_schema(Connection& connection);

/// The same for what blast::sql::schema_version has answered, for tools that ask it in one round trip with their first
/// statement. That statement fails with SQLSTATE 42P01 where there is no schema.
void require_schema_version(int stored);

/// The version that this executable was built with.
int built_schema_version() noexcept;

} // namespace blast
