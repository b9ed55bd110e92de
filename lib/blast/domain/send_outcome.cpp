#include "blast/domain/send_outcome.hpp"

#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace blast {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

template <std::size_t count>
bool contains_any(std::string_view text, const std::array<std::string_view, count>& parts) {
    return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
        return text.find(part) != std::string_view::npos;
    });
}

SendVerdict judge_transport(const SendAnswer& answer) {
    if (answer.transport == Transport::untrusted) {
        return SendVerdict::unauthorized;
    }
    return answer.request_begun ? SendVerdict::unconfirmed : SendVerdict::unreachable;
}

/// A whole answer without an id.
SendVerdict judge_status(const SendAnswer& answer) {
    if (answer.http_status == 401 || speaks_of_token(answer.words)) {
        return SendVerdict::unauthorized;
    }
    const bool doubtful = speaks_of_time_or_connection(answer.words);
    switch (answer.http_status) {
    case 403: return SendVerdict::forbidden;
    case 425:
    case 429: return SendVerdict::throttled;
    case 400:
    case 404:
    case 422: return doubtful ? SendVerdict::unconfirmed : SendVerdict::refused;
    case 200:
        return answer.success == std::optional(false) && !doubtful ? SendVerdict::refused
                                                                   : SendVerdict::unconfirmed;
    default: return SendVerdict::unconfirmed;
    }
}

std::string explain_transport(const SendAnswer& answer) {
    switch (answer.transport) {
    case Transport::untrusted: return "the gateway's certificate is not trusted";
    case Transport::timed_out: return "no answer in time";
    case Transport::too_large: return "the answer was too long";
    default: break;
    }
    return answer.request_begun ? "the connection was lost before the answer"
                                : "the gateway could not be reached";
}

} // namespace

bool speaks_of_token(std::string_view words) {
    const std::string text = lower(words);
    return contains_any(
        text, std::array<std::string_view, 2>{"unauthorised token", "unauthorized token"});
}

bool speaks_of_time_or_connection(std::string_view words) {
    constexpr std::array<std::string_view, 8> doubts{
        "time out", "timeout", "timed out", "connect", "socket", "network", "closed", "too long"};
    return contains_any(lower(words), doubts);
}

SendVerdict judge(const SendAnswer& answer) {
    if (answer.transport != Transport::answered) {
        return judge_transport(answer);
    }
    if (!answer.message_id.empty()) {
        return answer.success == std::optional(true) ? SendVerdict::accepted
                                                     : SendVerdict::unconfirmed;
    }
    return judge_status(answer);
}

std::string explain(SendVerdict verdict, const SendAnswer& answer) {
    if (verdict == SendVerdict::not_begun) {
        return "held back before anything was sent";
    }
    if (verdict == SendVerdict::refused && !answer.request_begun) {
        return printable(answer.words); // by ourselves, before anything was sent
    }
    if (answer.transport != Transport::answered) {
        return answer.words.empty()
                   ? explain_transport(answer)
                   : fmt::format("{} ({})", explain_transport(answer), printable(answer.words));
    }
    if (!answer.is_json) {
        return fmt::format("HTTP {} with a body that is not JSON", answer.http_status);
    }
    if (answer.message_id.empty() && answer.success == std::optional(true)) {
        return fmt::format("HTTP {}, success without a message id", answer.http_status);
    }
    if (!answer.words.empty()) {
        return fmt::format("HTTP {}: {}", answer.http_status, printable(answer.words));
    }
    return fmt::format("HTTP {}", answer.http_status);
}

} // namespace blast
