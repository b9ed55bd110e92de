#include "blast/run/message_poster.hpp"

#include "blast/core/event_loop.hpp"
#include "blast/gateway/send_answer.hpp"

namespace blast {

namespace {

/// Why nothing may be posted for a recipient: who was erased has no number, and nobody gets an empty message. Empty: it may.
std::string problem_of(const std::string& phone, const std::string& text) {
    if (phone.empty() || phone.front() != '+') {
        return "the recipient was erased";
    }
    return message_problem(text);
}

} // namespace

MessagePoster::MessagePoster(
    EventLoop& loop,
    const SendPlan& plan,
    ClaimedRecipients& in_hand,
    MayBegin may_begin,
    OnEnd on_end)
    : loop_(loop),
      plan_(plan),
      in_hand_(in_hand),
      may_begin_(std::move(may_begin)),
      on_end_(std::move(on_end)),
      engine_(loop, plan.gateway) {}

void MessagePoster::execute(const Post& post) {
    const ClaimedRecipient& recipient = in_hand_.at({post.id, post.attempt});
    const MessageTemplate& message = plan_.messages.at(recipient.variant % plan_.messages.size());
    const std::string text = message.render(variables_from_json(recipient.variables));
    const std::string problem = problem_of(recipient.phone, text);
    if (!problem.empty()) {
        return refuse_to_post(post, problem);
    }
    HttpRequest request;
    request.path = "/v1/sendMessage2";
    request.body = send_request_body(plan_.devices[post.device], recipient.phone, text);
    request.timeout = plan_.timeout;
    request.may_begin = [this, post] { return may_begin_(post); };
    engine_.send(
        std::move(request), [this, post](const HttpAnswer& http) { on_answer(post, http); });
}

/// Ends a post of which nothing may go out; later, as an answer would.
void MessagePoster::refuse_to_post(const Post& post, const std::string& why) {
    loop_.schedule(BootClock::now(), [this, post, why] {
        const auto found = in_hand_.find({post.id, post.attempt});
        if (found == in_hand_.end()) {
            return;
        }
        found->second.answer.request_begun = false;
        found->second.answer.words = why;
        end(post, SendVerdict::refused);
    });
}

void MessagePoster::on_answer(const Post& post, const HttpAnswer& http) {
    const auto found = in_hand_.find({post.id, post.attempt});
    if (found == in_hand_.end()) {
        return; // settled without its answer: a stop had waited long enough
    }
    found->second.answer = read_send_answer(http);
    const SendVerdict verdict = judge(found->second.answer);
    if (http.held_back) {
        end(post, SendVerdict::not_begun);
    } else if (verdict == SendVerdict::forbidden) {
        ask_about_token(post);
    } else {
        end(post, verdict);
    }
}

void MessagePoster::ask_about_token(const Post& post) {
    HttpRequest request;
    request.path = "/v1/info";
    request.body = device_request_body(plan_.devices[post.device]);
    request.timeout = plan_.timeout;
    engine_.send(std::move(request), [this, post](const HttpAnswer& info) {
        const bool refused = refuses_token(info) || info.status == 403;
        end(post, refused ? SendVerdict::unauthorized : SendVerdict::refused);
    });
}

void MessagePoster::note_failure(const std::string& phone, std::string words) {
    if (on_failure_) {
        on_failure_(phone, words);
    }
    last_failure_ = std::move(words);
}

void MessagePoster::end(const Post& post, SendVerdict verdict) {
    const auto found = in_hand_.find({post.id, post.attempt});
    if (found == in_hand_.end()) {
        return;
    }
    const SendAnswer& answer = found->second.answer;
    if (verdict != SendVerdict::accepted && verdict != SendVerdict::not_begun) {
        note_failure(found->second.phone, explain(verdict, answer));
    }
    if (verdict == SendVerdict::unauthorized) {
        unauthorized_words_ = last_failure_;
    }
    const bool silent = verdict != SendVerdict::not_begun && answer.request_begun &&
                        answer.transport != Transport::answered;
    on_end_({post.id, verdict, answer.retry_after, silent});
}

} // namespace blast
