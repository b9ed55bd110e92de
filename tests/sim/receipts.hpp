#pragma once

#include "blast/core/event_loop.hpp"

#include "sim/accepted_messages.hpp"
#include "sim/webhook_sender.hpp"

#include <cstdint>
#include <memory>
#include <queue>
#include <string>
#include <vector>

namespace blast::sim {

/// Tells of receipts and replies when their time has come: to the event file, to the webhook, or to the message's own
/// webhook. What was due before a restart is told again, as gateways do: at least once, not exactly once.
class Receipts {
public:
    /// Both sinks may be missing; `webhook_url` empty for none.
    Receipts(
        const Settings& settings,
        const AcceptedMessages& messages,
        EventLoop& loop,
        const Clock& clock,
        WebhookSender& sender);

    /// To be called once for each accepted message.
    void expect(MessageBook::Index index);

    std::size_t pending() const noexcept { return queue_.size(); }
    std::uint64_t told() const noexcept { return told_; }

private:
    struct Expected {
        WallTime due{};
        MessageBook::Index index = 0;
        Stage stage = Stage::sent;

        bool operator>(const Expected& other) const { return due > other.due; }
    };

    void expect_after(MessageBook::Index index, Stage stage);
    void wait_for_next();
    void tell_what_is_due();
    void tell(const Expected& event);
    std::string document(const Expected& event) const;

    const Settings& settings_;
    const AcceptedMessages& messages_;
    EventLoop& loop_;
    const Clock& clock_;
    WebhookSender& sender_;
    std::unique_ptr<AppendFile> file_;
    Draws draws_;
    std::priority_queue<Expected, std::vector<Expected>, std::greater<>> queue_;
    EventLoop::Timer timer_ = 0;
    WallTime timer_due_{};
    std::uint64_t told_ = 0;
};

} // namespace blast::sim
