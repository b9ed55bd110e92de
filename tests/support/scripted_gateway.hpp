#pragma once

#include "support/loopback_server.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace blast::test {

/// One POST /v1/getMessageStatus.
struct StatusQuestion {
    std::string device;
    std::string message_id;
    std::chrono::steady_clock::time_point at;
};

/// A gateway that answers questions for a status with whatever a test says, and keeps what it was asked. What it is not
/// told to answer otherwise is delivered.
class ScriptedGateway {
public:
    ScriptedGateway();

    std::string url() const { return server_.url(); }

    /// For one message; "" for all others. May be changed while it serves.
    void answer(const std::string& message_id, const std::string& body, int status = 200);
    void answer(const std::string& message_id, ServedAnswer answer);

    std::vector<StatusQuestion> questions() const;
    std::size_t asked() const { return questions().size(); }
    /// The ids of the messages it was asked about, in order.
    std::vector<std::string> asked_about() const;
    void forget_questions();

private:
    ServedAnswer take(const ReceivedRequest& request);

    mutable std::mutex mutex_;
    std::map<std::string, ServedAnswer> answers_;
    std::vector<StatusQuestion> questions_;
    LoopbackServer server_;
};

} // namespace blast::test
