#include "sim/answer.hpp"

#include "sim/wire.hpp"

#include <fmt/format.h>

#include <microhttpd.h>

namespace blast::sim {

namespace {

Answer html_page(int status) {
    const char* const reason = MHD_get_reason_phrase_for(static_cast<unsigned>(status));
    Answer answer;
    answer.status = status;
    answer.content_type = "text/html";
    answer.body = fmt::format(
        "<html>\r\n<head><title>{0} {1}</title></head>\r\n<body>\r\n<center><h1>{0} {1}</h1></center>\r\n"
        "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
        status, reason);
    return answer;
}

Answer http_error(int status, const AnswerSettings& settings) {
    Answer answer;
    answer.status = status;
    answer.body = wire::failure(
        status == 401 ? "Unauthorised Token"
                      : MHD_get_reason_phrase_for(static_cast<unsigned>(status)));
    if (status < 400) {
        answer.headers.emplace_back("Location", "/sim/moved");
    }
    if ((status == 429 || status == 503) && settings.retry_after) {
        answer.headers.emplace_back("Retry-After", *settings.retry_after);
    }
    return answer;
}

} // namespace

bool is_carried_out(FaultKind kind) {
    switch (kind) {
    case FaultKind::http_status:
    case FaultKind::html_page:
    case FaultKind::refused:
    case FaultKind::reset_before: return false;
    default: return true;
    }
}

Answer refusal_answer(const Fault& fault, const AnswerSettings& settings) {
    if (fault.kind == FaultKind::html_page) {
        return html_page(fault.http_status);
    }
    if (fault.kind == FaultKind::http_status) {
        return http_error(fault.http_status, settings);
    }
    Answer answer;
    answer.reset = fault.kind == FaultKind::reset_before;
    answer.body = wire::failure(settings.refusal);
    return answer;
}

void spoil(Answer& answer, const Fault& fault, const AnswerSettings& settings) {
    switch (fault.kind) {
    case FaultKind::reset_after: answer.reset = true; break;
    case FaultKind::slow: answer.delay += settings.slow_for; break;
    case FaultKind::garbage: answer.body = "{\"success\":tr\xFF\x01ue,<<"; break;
    case FaultKind::empty: answer.body.clear(); break;
    case FaultKind::accepted_status: answer.status = fault.http_status; break;
    default: break;
    }
}

} // namespace blast::sim
