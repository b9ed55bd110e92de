#include "sim/receipts.hpp"

#include "sim/wire.hpp"

#include <algorithm>
#include <array>

namespace blast::sim {

Receipts::Receipts(
    const Settings& settings,
    const AcceptedMessages& messages,
    EventLoop& loop,
    const Clock& clock,
    WebhookSender& sender)
    : settings_(settings),
      messages_(messages),
      loop_(loop),
      clock_(clock),
      sender_(sender),
      draws_(settings.fate.seed) {
    if (!settings.events.empty()) {
        file_ = std::make_unique<AppendFile>(settings.events, "--events");
    }
    for (std::size_t index = 0; index < messages.size(); ++index) {
        expect(static_cast<MessageBook::Index>(index));
    }
}

void Receipts::expect(MessageBook::Index index) {
    const bool heard =
        file_ != nullptr || !settings_.webhook.empty() || messages_.redirect_url(index) != nullptr;
    if (heard) {
        expect_after(index, Stage::sent);
    }
}

void Receipts::expect_after(MessageBook::Index index, Stage stage) {
    const Fate fate = messages_.fate(index);
    const auto next = next_event(fate, stage);
    if (!next) {
        return;
    }
    queue_.push({messages_.at(index).accepted + fate.time_of(*next), index, *next});
    wait_for_next();
}

/// One timer, for the head of the queue.
void Receipts::wait_for_next() {
    if (queue_.empty() || (timer_ != 0 && timer_due_ <= queue_.top().due)) {
        return;
    }
    loop_.cancel(timer_);
    timer_due_ = queue_.top().due;
    const auto wait = std::max(timer_due_ - clock_.wall(), WallTime::duration(1));
    timer_ = loop_.schedule(clock_.instant() + wait, [this] { tell_what_is_due(); });
}

/// Not all at once when there is much, so that requests are answered in between.
void Receipts::tell_what_is_due() {
    constexpr int at_once = 256;
    timer_ = 0;
    const WallTime now = clock_.wall();
    for (int told = 0; told < at_once && !queue_.empty() && queue_.top().due <= now; ++told) {
        const Expected event = queue_.top();
        queue_.pop();
        tell(event);
        expect_after(event.index, event.stage);
    }
    wait_for_next();
}

void Receipts::tell(const Expected& event) {
    ++told_;
    const std::string body = document(event);
    if (file_) {
        file_->append(body + "\n");
    }
    const std::string* const own = messages_.redirect_url(event.index);
    if (own != nullptr || !settings_.webhook.empty()) {
        sender_.post({own != nullptr ? *own : settings_.webhook, body});
    }
}

std::string Receipts::document(const Expected& event) const {
    constexpr std::array<wire::ReceiptShape, 3> shapes{
        wire::ReceiptShape::bare, wire::ReceiptShape::flat, wire::ReceiptShape::under_data};
    const Message& message = messages_.at(event.index);
    const std::string& device = messages_.device_of(event.index);
    const std::string text = json_string(message.text);
    const wire::MessageView view{message, device, text};
    if (event.stage == Stage::replied) {
        return wire::incoming(
            view, wire::reply_text(draws_, event.index, settings_.opt_out_share),
            settings_.account.own_number(device), event.due);
    }
    const std::uint64_t subject =
        std::uint64_t{event.index} * 8 + static_cast<std::uint64_t>(event.stage);
    const auto shape = shapes.at(draws_.bits(subject, Purpose::receipt_shape) % shapes.size());
    const Fate fate = messages_.fate(event.index);
    const StatusAt status = status_at(fate, fate.time_of(event.stage));
    return wire::receipt(view, shape, status.name, event.due);
}

} // namespace blast::sim
