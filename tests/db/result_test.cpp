#include "blast/store/result.hpp"

#include "blast/store/connection.hpp"
#include "blast/store/database_error.hpp"

#include "support/catch.hpp"
#include "support/temporary_database.hpp"

using namespace blast;
using blast::test::Contains;
using blast::test::TemporaryDatabase;

TEST_CASE("values are read by the names of their columns, in whatever order they come") {
    TemporaryDatabase database;
    Connection connection(database.url());
    const Result result =
        connection.execute("SELECT 2 AS second, 1 AS first, NULL::text AS none, 'x' AS \"Mixed\"");
    CHECK(result.integer(0, "first") == 1);
    CHECK(result.number(0, "second") == 2);
    CHECK(result.is_null(0, "none"));
    CHECK_FALSE(result.optional_text(0, "none"));
    CHECK(result.text(0, "Mixed") == "x");
    CHECK(result.column("none") == 2);
}

TEST_CASE("a name that the statement does not give is an error that says which, and where") {
    TemporaryDatabase database;
    Connection connection(database.url());
    const Result result = connection.execute("SELECT 1 AS first");
    CHECK_THROWS_AS(result.integer(0, "second"), DatabaseError);
    CHECK_THROWS_WITH(result.column("mixed"), Contains("no column mixed in: SELECT 1 AS first"));
}
