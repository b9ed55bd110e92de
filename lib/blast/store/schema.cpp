#include "blast/store/schema.hpp"

#include "blast/core/error.hpp"
#include "blast/sql.hpp"
#include "blast/store/connection.hpp"

#include <fmt/format.h>

namespace blast {

namespace {

constexpr std::string_view undefined_table = "42P01";

/// In every transaction that migrates; any number will do, as long as it stays the same.
constexpr const char* take_migration_lock = "SELECT pg_advisory_xact_lock(7165027211)";

/// What was migrated once stays where it is, whichever schema this role's search_path begins with. No row: nothing was.
constexpr const char* stay_in_schema =
    "SELECT set_config('search_path', relnamespace::regnamespace::text, true) "
    "FROM pg_class WHERE oid = to_regclass('schema_migrations')";

constexpr const char* create_bookkeeping = R"sql(
CREATE TABLE schema_migrations (
    version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
COMMENT ON TABLE schema_migrations IS 'Which migrations this database has had: a row for each file of sql/migrations.';
COMMENT ON COLUMN schema_migrations.version IS 'Number of the file, in the order of which they are applied.';
COMMENT ON COLUMN schema_migrations.name IS 'Name of the file.';
COMMENT ON COLUMN schema_migrations.applied_at IS 'When it was applied.')sql";

[[noreturn]] void throw_newer(int version) {
    throw UnavailableError(
        fmt::format(
            "the database schema is version {}, newer than the {} of this program", version,
            built_schema_version()),
        "install the newer blast, or point DATABASE_URL at another database");
}

/// 0 when there is no schema.
int stored_version(Connection& connection) {
    try {
        return static_cast<int>(
            connection.execute(sql::schema_version).one_row().integer(0, "version"));
    } catch (const DatabaseError& error) {
        if (error.sqlstate() == undefined_table) {
            return 0;
        }
        throw;
    }
}

std::vector<std::string> migrate_in_transaction(Connection& connection) {
    Transaction transaction(connection);
    connection.execute(take_migration_lock);
    if (connection.execute(stay_in_schema).empty()) {
        connection.execute_script(create_bookkeeping);
    }
    const int stored = stored_version(connection);
    if (stored > built_schema_version()) {
        throw_newer(stored);
    }
    std::vector<std::string> applied;
    for (const sql::Migration& migration : sql::migrations) {
        if (migration.version <= stored) {
            continue;
        }
        connection.execute_script(std::string(migration.text));
        connection.execute(
            sql::record_migration, Parameters::of(migration.version, migration.name));
        applied.emplace_back(migration.name);
    }
    transaction.commit();
    return applied;
}

} // namespace

int built_schema_version() noexcept {
    return sql::migrations.back().version;
}

std::vector<std::string> migrate(Connection& connection) {
    return again_while_worth_it([&] { return migrate_in_transaction(connection); });
}

void require_current_schema(Connection& connection) {
    require_schema_version(stored_version(connection));
}

void require_schema_version(int stored) {
    if (stored > built_schema_version()) {
        throw_newer(stored);
    }
    if (stored == 0) {
        throw UnavailableError("the database has no blast schema", "run 'blast-admin migrate'");
    }
    if (stored < built_schema_version()) {
        throw UnavailableError(
            fmt::format(
                "the database schema is version {}, this program needs {}", stored,
                built_schema_version()),
            "run 'blast-admin migrate'");
    }
}

} // namespace blast
