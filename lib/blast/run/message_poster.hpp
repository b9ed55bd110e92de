#pragma once

#include "blast/domain/send_machine.hpp"
#include "blast/run/claimed_recipients.hpp"
#include "blast/run/send_plan.hpp"

#include <functional>

namespace blast {

/// Renders a recipient's message, posts it, and judges what comes back. Answers are kept in `in_hand`.
class MessagePoster {
public:
    using MayBegin = std::function<bool(const Post&)>;
    using OnEnd = std::function<void(const PostEnded&)>;

    /// `may_begin` is asked right before the first byte of a post is written; it throws nothing.
    MessagePoster(
        EventLoop& loop,
        const SendPlan& plan,
        ClaimedRecipients& in_hand,
        MayBegin may_begin,
        OnEnd on_end);

    void execute(const Post& post);

    /// Called for each message that did not get through, with its phone (E.164) and why, for people.
    void on_failure(std::function<void(const std::string&, const std::string&)> callback) {
        on_failure_ = std::move(callback);
    }

    /// The gateway's words when it last refused the token or its certificate was not trusted; else empty.
    const std::string& unauthorized_words() const noexcept { return unauthorized_words_; }
    /// Why a message last did not get through, for people; empty when none has failed.
    const std::string& last_failure() const noexcept { return last_failure_; }

private:
    void refuse_to_post(const Post& post, const std::string& why);
    void on_answer(const Post& post, const HttpAnswer& http);
    void ask_about_token(const Post& post);
    void end(const Post& post, SendVerdict verdict);
    void note_failure(const std::string& phone, std::string words);

    EventLoop& loop_;
    const SendPlan& plan_;
    ClaimedRecipients& in_hand_;
    MayBegin may_begin_;
    OnEnd on_end_;
    std::function<void(const std::string&, const std::string&)> on_failure_;
    std::string unauthorized_words_;
    std::string last_failure_;
    HttpEngine engine_;
};

} // namespace blast
