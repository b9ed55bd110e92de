#pragma once

#include "blast/gateway/http_engine.hpp"

#include <string>

namespace blast {

/// One message outside any blast.
struct TestRequest {
    std::string device;
    std::string phone; ///< E.164
    std::string text;
    std::chrono::milliseconds timeout{25'000};
};

/// What the gateway said to it.
struct TestMessage {
    bool accepted = false;
    std::string message_id;
    std::string text;
    std::string failure; ///< for people; empty when accepted
};

/// Sends one message and records nothing. Never throws for the gateway's answer.
TestMessage send_test_message(const GatewaySettings& gateway, const TestRequest& request);

} // namespace blast
