#include "support/temporary_database.hpp"

#include "support/catch.hpp"

#include <memory>
#include <optional>

using blast::test::TemporaryDatabase;

TEST_CASE("two temporary databases have the schema and nothing of each other") {
    TemporaryDatabase first;
    TemporaryDatabase second;
    first.query("INSERT INTO opt_outs (phone_number, source) VALUES ('+60123456789', 'manual')");
    CHECK(first.value("SELECT count(*) FROM opt_outs") == "1");
    CHECK(second.value("SELECT count(*) FROM opt_outs") == "0");
}

TEST_CASE("a temporary database is dropped at its end, open connections or not") {
    TemporaryDatabase observer;
    std::optional<TemporaryDatabase> gone(std::in_place);
    const std::string name = gone->value("SELECT current_database()");
    gone.reset();
    CHECK(observer.query("SELECT 1 FROM pg_database WHERE datname = '" + name + "'").empty());
}

TEST_CASE("a database without the schema has no tables") {
    const std::unique_ptr<TemporaryDatabase> database = TemporaryDatabase::without_schema();
    CHECK(database->value("SELECT to_regclass('blasts') IS NULL") == "t");
}
