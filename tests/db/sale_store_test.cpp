#include "blast/store/sale_store.hpp"

#include "blast/store/connection.hpp"

#include "support/catch.hpp"
#include "support/tracked_blast.hpp"

using namespace blast;
using blast::test::counter_mistake;
using blast::test::MessageFixture;
using blast::test::TemporaryDatabase;
using blast::test::TrackedBlast;

namespace {

std::int64_t send(TrackedBlast& blast, const std::string& phone, double ago) {
    MessageFixture message;
    message.phone = phone;
    message.message_id = phone + "-" + std::to_string(blast.id());
    message.sent_ago = ago;
    return blast.add(message);
}

struct Fixture {
    TemporaryDatabase database;
    Connection connection{database.url()};
    TrackedBlast older{database, "older"};
    TrackedBlast newer{database, "newer"};

    Sale
    sale(const std::string& phone, double ago, std::optional<std::string> amount = std::nullopt) {
        const double now = std::stod(database.value("SELECT extract(epoch FROM now())"));
        Sale sale;
        sale.phone = phone;
        sale.sent_before = sale.purchased_at = now - ago;
        sale.amount = std::move(amount);
        return sale;
    }

    std::string closed_counter(const TrackedBlast& blast) {
        return database.value(
            "SELECT coalesce(sum(closed), 0) FROM blast_counters WHERE blast_id = " +
            std::to_string(blast.id()));
    }
};

} // namespace

TEST_CASE("A sale closes the latest message that was sent to the phone before it") {
    Fixture f;
    const std::int64_t old_message = send(f.older, "+60120000001", 3000);
    const std::int64_t new_message = send(f.newer, "+60120000001", 1000);
    CHECK(
        record_sales(f.connection, {f.sale("+60120000001", 2000, "12.50")}) ==
        std::vector<SaleOutcome>{SaleOutcome::closed});
    CHECK(f.older.column(old_message, "purchase_amount") == "12.50");
    CHECK(f.older.history(old_message) == "PENDING/send CLOSED/manual");
    CHECK(f.newer.column(new_message, "purchased_at IS NULL") == "true");
    CHECK(f.closed_counter(f.older) == "1");
    CHECK(f.closed_counter(f.newer) == "0");
    CHECK(
        record_sales(f.connection, {f.sale("+60120000001", 10)}) ==
        std::vector<SaleOutcome>{SaleOutcome::closed});
    CHECK(
        f.newer.column(new_message, "purchase_amount IS NULL AND purchased_at IS NOT NULL") ==
        "true");
}

TEST_CASE("Recording the same sales again changes nothing") {
    Fixture f;
    const std::int64_t message = send(f.older, "+60120000001", 3000);
    const std::vector<Sale> sales{f.sale("+60120000001", 100, "7")};
    record_sales(f.connection, sales);
    const std::string purchased_at = f.older.column(message, "purchased_at");
    CHECK(
        record_sales(f.connection, {f.sale("+60120000001", 5, "9")}) ==
        std::vector<SaleOutcome>{SaleOutcome::closed_before});
    CHECK(f.older.column(message, "purchased_at") == purchased_at);
    CHECK(f.older.column(message, "purchase_amount") == "7.00");
    CHECK(f.closed_counter(f.older) == "1");
    CHECK(counter_mistake(f.database).empty());
}

TEST_CASE("A sale that is recorded does not close a newer message too") {
    Fixture f;
    const std::int64_t old_message = send(f.older, "+60120000001", 3000);
    const std::int64_t same_day = send(f.older, "+60120000002", 3000);
    Sale dated = f.sale("+60120000001", 100, "7.5");
    Sale earlier = f.sale("+60120000002", 5000); // its day began before the message of that day
    dated.sent_before = earlier.sent_before = dated.purchased_at + 80'000;
    const std::vector<Sale> sales{dated, earlier};
    CHECK(record_sales(f.connection, sales) == std::vector<SaleOutcome>(2, SaleOutcome::closed));
    const std::int64_t newer = send(f.newer, "+60120000001", 50);
    const std::int64_t newer_same_day = send(f.newer, "+60120000002", 50);
    CHECK(
        record_sales(f.connection, sales) ==
        std::vector<SaleOutcome>(2, SaleOutcome::closed_before));
    CHECK(f.newer.column(newer, "purchased_at IS NULL") == "true");
    CHECK(f.newer.column(newer_same_day, "purchased_at IS NULL") == "true");
    CHECK(f.older.column(old_message, "purchase_amount") == "7.50");
    CHECK(f.older.column(same_day, "purchased_at = sent_at") == "true");
    dated.amount = "8"; // another sale of that day
    CHECK(record_sales(f.connection, {dated}) == std::vector<SaleOutcome>{SaleOutcome::closed});
    CHECK(f.newer.column(newer, "purchase_amount") == "8.00");
    CHECK(counter_mistake(f.database).empty());
}

TEST_CASE("Of several sales for one message the earliest counts") {
    Fixture f;
    const std::int64_t message = send(f.older, "+60120000001", 3000);
    CHECK(
        record_sales(
            f.connection, {f.sale("+60120000001", 100, "1"), f.sale("+60120000001", 200, "2")}) ==
        std::vector<SaleOutcome>{SaleOutcome::closed_before, SaleOutcome::closed});
    CHECK(f.older.column(message, "purchase_amount") == "2.00");
}

TEST_CASE("A sale without a message before it is told") {
    Fixture f;
    send(f.older, "+60120000001", 1000);
    CHECK(
        record_sales(f.connection, {f.sale("+60120000001", 2000), f.sale("+60120000009", 10)}) ==
        std::vector<SaleOutcome>{SaleOutcome::without_message, SaleOutcome::without_message});
    CHECK(record_sales(f.connection, {}).empty());
}

TEST_CASE("Thousands of sales are matched in groups, each with its own outcome") {
    Fixture f;
    constexpr int count = 2300;
    f.older.add_many(count, 100);
    std::vector<Sale> sales;
    for (int i = count; i >= 1; --i) {
        sales.push_back(f.sale("+" + std::to_string(60100000000 + i), 1));
    }
    sales.push_back(f.sale("+60129999999", 1));
    const std::vector<SaleOutcome> outcomes = record_sales(f.connection, sales);
    CHECK(std::count(outcomes.begin(), outcomes.end(), SaleOutcome::closed) == count);
    CHECK(outcomes.back() == SaleOutcome::without_message);
    CHECK(f.closed_counter(f.older) == std::to_string(count));
}
