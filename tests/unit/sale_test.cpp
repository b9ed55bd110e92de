#include "blast/domain/sale.hpp"

#include "blast/core/error.hpp"

#include "support/catch.hpp"

using namespace blast;

TEST_CASE("An amount is digits with at most two decimals") {
    for (const char* const good : {"0", "7", "1200.5", "1200.50", "123456789012.99"}) {
        CHECK(parse_amount(good) == good);
    }
    for (const char* const bad :
         {"", ".", "5.", ".5", "1,200", "RM5", "-5", "+5", "1e3", "1.234", "1234567890123", "1 2",
          "５"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(parse_amount(bad), UsageError);
    }
}

TEST_CASE("A sale is dated by its moment, its day or now, and a day is over before it counts") {
    const TimeZone zone("Asia/Kuala_Lumpur");
    const WallTime now = std::chrono::system_clock::from_time_t(1'800'000'000);
    const double midnight = 1'795'276'800; // 2026-11-22T00:00:00+08:00
    Sale sale;
    set_sale_time(sale, "", zone, now);
    CHECK(sale.purchased_at == 1'800'000'000);
    CHECK(sale.sent_before == 1'800'000'000);
    set_sale_time(sale, "2026-11-22", zone, now);
    CHECK(sale.purchased_at == midnight);
    CHECK(sale.sent_before == midnight + 86'400);
    set_sale_time(sale, "2026-11-22 09:30", zone, now);
    CHECK(sale.purchased_at == midnight + 9.5 * 3600);
    CHECK(sale.sent_before == sale.purchased_at);
    CHECK_THROWS_AS(set_sale_time(sale, "22/11/2026", zone, now), UsageError);
}
