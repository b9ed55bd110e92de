#pragma once

#include "blast/gateway/http_engine.hpp"

#include <charconv>
#include <string>
#include <string_view>

namespace blast::fuzz {

/// An input as an answer of the gateway's: its first line is the HTTP status, the rest the body. Without such a line it is
/// all body, of a 200.
inline HttpAnswer read_http_input(std::string_view input) {
    HttpAnswer answer;
    answer.transport = Transport::answered;
    answer.status = 200;
    long status = 0;
    const auto [end, error] = std::from_chars(input.data(), input.data() + input.size(), status);
    const auto digits = static_cast<std::size_t>(end - input.data());
    if (error == std::errc() && digits < input.size() && *end == '\n' && status >= 100 &&
        status <= 999) {
        answer.status = status;
        input.remove_prefix(digits + 1);
    }
    answer.body = std::string(input);
    return answer;
}

} // namespace blast::fuzz
