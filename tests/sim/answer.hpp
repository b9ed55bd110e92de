#pragma once

#include "sim/fault.hpp"
#include "sim/settings.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace blast::sim {

/// An HTTP request that was read to its end.
struct Request {
    std::string_view method; ///< "POST"
    std::string_view path;   ///< without the query
    std::string_view token;  ///< the x-wsapme-token header, empty without one
    std::string_view body;
};

/// What to do with the connection that brought a request.
struct Answer {
    int status = 200;
    std::string body;
    const char* content_type = "application/json";
    std::vector<std::pair<const char*, std::string>> headers; ///< beside the content type
    std::chrono::milliseconds delay{0};                       ///< from the request to the answer
    bool reset = false; ///< no answer: the connection is aborted
};

/// Whether a request that meets this fault is carried out nevertheless.
bool is_carried_out(FaultKind kind);

/// The answer to a request that is not carried out.
Answer refusal_answer(const Fault& fault, const AnswerSettings& settings);

/// Spoils the answer to a request that was carried out, in the ways that are the same for sends and statuses.
void spoil(Answer& answer, const Fault& fault, const AnswerSettings& settings);

} // namespace blast::sim
