#include "blast/domain/status.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <rapidcheck/catch.h>
#include <string>
#include <vector>

using namespace blast;

namespace {

/// Where a message ends up after the gateway's words came in that order.
Status climb(Status from, const std::vector<std::string>& words) {
    Status now = from;
    for (const std::string& word : words) {
        const ReportedStatus said = read_gateway_status(word);
        if (said.reached)
            now = advance(now, *said.reached);
    }
    return now;
}

std::vector<std::string> any_words() {
    return *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "PENDING", "SERVER_ACK", "DELIVERY_ACK", "READ_ACK", "READ", "PLAYED", "ERROR", "",
        "read_ack", "4", "TELEPATHY"));
}

Status any_status() {
    return *rc::gen::element(
        Status::pending, Status::delivery_ack, Status::read_ack, Status::replied);
}

} // namespace

TEST_CASE("whatever the gateway says, a status only moves forward") {
    rc::prop("", [] {
        const Status from = any_status();
        RC_ASSERT(climb(from, any_words()) >= from);
    });
}

TEST_CASE("receipts that repeat or come in another order end at the same status") {
    rc::prop("", [] {
        const Status from = any_status();
        const std::vector<std::string> words = any_words();
        std::vector<std::string> shuffled = words;
        std::rotate(
            shuffled.begin(),
            shuffled.begin() +
                *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(words.size()) + 1),
            shuffled.end());
        shuffled.insert(shuffled.end(), words.rbegin(), words.rend());
        RC_ASSERT(climb(from, shuffled) == climb(from, words));
    });
}

TEST_CASE("no word of the gateway's marks a message as replied") {
    rc::prop("", [] { RC_ASSERT(climb(Status::pending, any_words()) != Status::replied); });
}

TEST_CASE("only the gateway's own words say anything, however alike another is") {
    const std::vector<std::string> known{"PENDING", "SERVER_ACK", "DELIVERY_ACK", "READ_ACK",
                                         "READ",    "PLAYED",     "ERROR"};
    rc::prop("", [&] {
        std::string word = *rc::gen::elementOf(known);
        const auto place = *rc::gen::inRange<std::size_t>(0, word.size());
        word[place] = *rc::gen::arbitrary<char>();
        word += *rc::gen::element<std::string>("", " ", "S", std::string(1, '\0'));
        const ReportedStatus said = read_gateway_status(word);
        const bool is_known = std::find(known.begin(), known.end(), word) != known.end();
        RC_ASSERT((said.reached || said.undeliverable) == is_known);
        RC_ASSERT(!(said.reached && said.undeliverable));
    });
}

TEST_CASE("the ladder takes the later of two statuses, whichever is told first") {
    rc::prop("", [] {
        const Status a = any_status();
        const Status b = any_status();
        const Status c = any_status();
        RC_ASSERT(advance(a, b) == std::max(a, b));
        RC_ASSERT(advance(a, b) == advance(b, a));
        RC_ASSERT(advance(advance(a, b), c) == advance(a, advance(b, c)));
    });
}

TEST_CASE("statuses are read and written in the database's words") {
    for (const Status status :
         {Status::pending, Status::delivery_ack, Status::read_ack, Status::replied})
        CHECK(parse_status(to_string(status)) == status);
    CHECK(parse_status("SERVER_ACK") == std::nullopt);
    CHECK(read_gateway_status("SERVER_ACK").reached == Status::pending);
    CHECK(read_gateway_status("PLAYED").reached == Status::read_ack);
    CHECK(read_gateway_status("ERROR").undeliverable);
    CHECK_FALSE(read_gateway_status("TELEPATHY").undeliverable);
}
