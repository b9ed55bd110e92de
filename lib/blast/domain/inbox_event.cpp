#include "blast/domain/inbox_event.hpp"

namespace blast {

EventKind kind_of(const InboxEvent& event) noexcept {
    if (std::holds_alternative<StatusReceipt>(event.content)) {
        return EventKind::status;
    }
    if (std::holds_alternative<IncomingMessage>(event.content)) {
        return EventKind::message;
    }
    const auto* const unmatchable = std::get_if<UnmatchableEvent>(&event.content);
    return unmatchable == nullptr ? EventKind::unknown : unmatchable->kind;
}

std::string_view to_string(EventKind kind) noexcept {
    switch (kind) {
    case EventKind::status: return "status";
    case EventKind::message: return "message";
    case EventKind::unknown: break;
    }
    return "unknown";
}

} // namespace blast
