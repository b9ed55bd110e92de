// Whatever the gateway answers to a status question: only a string in a whole, successful answer is a status, and a status
// never stands for more than the gateway's words say.
#include "blast/domain/status.hpp"
#include "blast/gateway/status_answer.hpp"

#include "fuzz/http_input.hpp"
#include "fuzz/property.hpp"

using namespace blast;
using fuzz::is_clean;
using fuzz::require;
using Kind = StatusAnswer::Kind;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const HttpAnswer http = fuzz::read_http_input({reinterpret_cast<const char*>(data), size});
    const StatusAnswer answer = read_status_answer(http);
    const bool successful = http.status >= 200 && http.status <= 299;

    require(is_clean(answer.status, 100), "a status can be stored");
    require(is_clean(answer.words, 1000), "words can be stored");
    require(fuzz::is_plausible(answer.c2s_timestamp), "a time is plausible");
    require(
        (answer.kind == Kind::status) == !answer.status.empty(), "a status is a string, or none");
    require(answer.kind != Kind::untrusted, "an answer came from a trusted gateway");
    if (answer.kind == Kind::status || answer.kind == Kind::unknown_message)
        require(successful, "an HTTP error tells nothing of a message");
    if (answer.kind == Kind::fault)
        require(!answer.words.empty() && !answer.c2s_timestamp, "a fault says what it is");
    if (http.status == 401)
        require(answer.kind == Kind::token_refused, "401 refuses the token");

    const ReportedStatus reported = read_gateway_status(answer.status);
    require(reported.reached != Status::replied, "no word of the gateway's is a reply");
    require(!reported.reached || !reported.undeliverable, "ERROR is no step");
    return 0;
}
