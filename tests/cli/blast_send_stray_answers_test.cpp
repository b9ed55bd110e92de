// Gateways that say what nobody has asked for: an answer twice, an answer for somebody else, an end to an idle connection.
#include "support/catch.hpp"
#include "support/loopback_server.hpp"
#include "support/sending.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <mutex>
#include <string>

using blast::test::csv_of;
using blast::test::LoopbackServer;
using blast::test::ProcessResult;
using blast::test::ReceivedRequest;
using blast::test::Sending;
using blast::test::ServedAnswer;
using nlohmann::json;

namespace {

constexpr const char* html_timeout =
    "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

std::string as_accepted(const std::string& id, const std::string& phone) {
    return json{
        {"success", true},
        {"data",
         {{"key", {{"id", id}, {"remoteJid", phone.substr(1) + "@s.whatsapp.net"}}},
          {"status", "PENDING"}}}}
        .dump();
}

std::string as_http(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Accepts every message, and adds to its answer what a test says.
class Gateway {
public:
    using Change =
        std::function<void(ServedAnswer& answer, const std::string& id, const std::string& to)>;

    explicit Gateway(Change change) : change_(std::move(change)) {}

    std::string url() const { return server_.url(); }

    /// The phone for which each message id was given out.
    std::map<std::string, std::string> accepted() const {
        const std::lock_guard lock(mutex_);
        return accepted_;
    }

private:
    ServedAnswer take(const ReceivedRequest& request) {
        ServedAnswer answer;
        answer.body = R"({"success":true,"data":{}})";
        if (request.path != "/v1/sendMessage2")
            return answer;
        const std::lock_guard lock(mutex_);
        const std::string to = json::parse(request.body).at("to");
        const std::string id = "M" + std::to_string(accepted_.size() + 1);
        accepted_[id] = to;
        answer.body = as_accepted(id, to);
        change_(answer, id, to);
        return answer;
    }

    Change change_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> accepted_;
    LoopbackServer server_{[this](const ReceivedRequest& request) { return take(request); }};
};

/// One message after the other, with time between them for what the gateway says unasked.
ProcessResult send_slowly(Sending& sending, const Gateway& gateway, int recipients) {
    sending.environment["WSAPME_API_URL"] = gateway.url();
    const std::string csv = sending.folder.write("people.csv", csv_of(recipients));
    return sending.send(
        {"--csv", csv, "--message", "x", "--tag", "t", "--rate", "3/s", "--jitter", "0",
         "--concurrency", "1", "--yes"});
}

/// Who is recorded with a message id that was given out for another phone.
int recorded_to_the_wrong_phone(Sending& sending, const Gateway& gateway) {
    int wrong = 0;
    for (const auto& [id, phone] : gateway.accepted())
        wrong += std::stoi(sending.count(
            "blast_recipients WHERE message_id = '" + id + "' AND phone_number <> '" + phone +
            "'"));
    return wrong;
}

} // namespace

TEST_CASE("An answer that comes twice on a kept connection is not taken for the next message's") {
    constexpr int recipients = 8;
    const Gateway gateway([](ServedAnswer& answer, const std::string&, const std::string&) {
        answer.stray = as_http(answer.body);
    });
    Sending sending;
    const ProcessResult result = send_slowly(sending, gateway, recipients);
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(gateway.accepted().size() == recipients); // nobody twice
    CHECK(sending.count("blast_recipients") == std::to_string(recipients));
    CHECK(recorded_to_the_wrong_phone(sending, gateway) == 0);
}

TEST_CASE("A gateway that ends idle connections with a 408 leaves nobody in doubt") {
    constexpr int recipients = 8;
    const Gateway gateway([](ServedAnswer& answer, const std::string&, const std::string&) {
        answer.stray = html_timeout;
        answer.closes_after_stray = true;
    });
    Sending sending;
    const ProcessResult result = send_slowly(sending, gateway, recipients);
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(gateway.accepted().size() == recipients);
    CHECK(sending.count("blast_recipients") == std::to_string(recipients));
    CHECK(sending.count("blast_outbox") == "0");
}

TEST_CASE("Who got the answer of another recipient is in doubt, a rewritten number is not") {
    const Gateway gateway([](ServedAnswer& answer, const std::string& id, const std::string& to) {
        if (to == "+60123000001")
            answer.body = as_accepted(id, "+60123000002"); // a recipient still to come
        if (to == "+60123000003")
            answer.body = as_accepted(id, "+60123000000"); // one who is recorded already
        if (to == "+60123000004")
            answer.body = as_accepted(id, "+601155550000"); // nobody's
    });
    Sending sending;
    const ProcessResult result = send_slowly(sending, gateway, 6);
    INFO(result.err);
    CHECK(result.exit_code == 1);
    CHECK(gateway.accepted().size() == 6);
    CHECK(
        sending.database.value(
            "SELECT string_agg(phone_number, ' ' ORDER BY phone_number) FROM blast_outbox "
            "WHERE state = 'UNCONFIRMED' "
            "AND last_error = 'the gateway''s answer bears the number of another recipient'") ==
        "+60123000001 +60123000003");
    CHECK(
        sending.database.value(
            "SELECT jid_phone FROM blast_recipients WHERE phone_number = '+60123000004'") ==
        "+601155550000");
    CHECK(sending.count("blast_recipients") == "4");
}
