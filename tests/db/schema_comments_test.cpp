#include "support/catch.hpp"
#include "support/temporary_database.hpp"

using blast::test::TemporaryDatabase;

TEST_CASE("every table, view, column and function of the schema says what it is") {
    TemporaryDatabase database;
    const std::string ours =
        "relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'p')";
    CHECK(
        database.value(
            "SELECT coalesce(string_agg(relname, ' '), '') FROM pg_class WHERE " + ours +
            " AND coalesce(obj_description(oid, 'pg_class'), '') = ''") == "");
    CHECK(
        database.value(
            "SELECT coalesce(string_agg(relname || '.' || attname, ' '), '') FROM pg_class"
            " JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped WHERE " +
            ours + " AND coalesce(col_description(attrelid, attnum), '') = ''") == "");
    CHECK(
        database.value("SELECT coalesce(string_agg(proname, ' '), '') FROM pg_proc"
                       " WHERE pronamespace = 'public'::regnamespace"
                       " AND coalesce(obj_description(oid, 'pg_proc'), '') = ''") == "");
}
