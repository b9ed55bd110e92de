// A gateway that repeats in its answers what was sent to it, the token too.
#include "support/catch.hpp"
#include "support/loopback_server.hpp"
#include "support/sending.hpp"

#include <atomic>
#include <string>

using blast::test::Contains;
using blast::test::csv_of;
using blast::test::LoopbackServer;
using blast::test::ProcessResult;
using blast::test::ReceivedRequest;
using blast::test::Sending;
using blast::test::ServedAnswer;

TEST_CASE("A gateway that repeats the token has it neither stored nor printed") {
    std::atomic<int> sent{0};
    const LoopbackServer gateway([&sent](const ReceivedRequest& request) {
        ServedAnswer answer;
        answer.body = R"({"success":true,"data":{}})";
        if (request.path != "/v1/sendMessage2")
            return answer;
        const std::string number = std::to_string(++sent);
        answer.body =
            sent == 1
                ? R"({"success":true,"data":{"key":{"id":"A1"},"status":"PENDING","you":"t0ken t0ken"}})"
                : R"({"success":false,"message":"t0ken may not write to 60123456789 ()" + number +
                      ")\"}";
        return answer;
    });
    Sending sending;
    sending.environment["WSAPME_API_URL"] = gateway.url();
    const std::string csv = sending.folder.write("people.csv", csv_of(30));
    const ProcessResult result = sending.send(
        {"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--concurrency", "1",
         "--yes"});
    CAPTURE(result.err);
    CHECK(result.exit_code == 4);
    CHECK_THAT(result.err, Contains("[token] may not write to +6012***6789"));
    CHECK_THAT(result.err + result.out, !Contains("t0ken") && !Contains("60123456789"));
    CHECK(
        sending.database.value("SELECT wsapme_message_data ->> 'you' FROM blast_recipients") ==
        "[token] [token]");
    for (const char* const table : {"blast_outbox", "blast_recipients", "status_history"}) {
        CAPTURE(table);
        CHECK(
            sending.database.value(
                "SELECT count(*) FROM " + std::string(table) + " t WHERE t::text LIKE '%t0ken%'") ==
            "0");
    }
}
