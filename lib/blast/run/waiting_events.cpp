#include "blast/run/waiting_events.hpp"

#include "blast/gateway/webhook_event.hpp"
#include "blast/run/event_plan.hpp"
#include "blast/run/group_work.hpp"
#include "blast/store/inbox_store.hpp"

namespace blast {

namespace {

constexpr std::size_t page_size = 500;
constexpr std::chrono::hours patience{8 * 24};

/// One page of events that wait, tried together.
class Page {
public:
    Page(Connection& connection, int counter_slot)
        : connection_(connection), counter_slot_(counter_slot) {}

    void retry(const std::vector<WaitingEvent>& rows) {
        std::vector<InboxEvent> events;
        events.reserve(rows.size());
        for (const WaitingEvent& row : rows)
            events.push_back(std::move(read_webhook(row.body).front()));
        std::vector<const InboxEvent*> pointers;
        std::vector<ArrivedEvent> arrived;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            pointers.push_back(&events[i]);
            arrived.push_back({&events[i], rows[i].received_at, rows[i].scope});
        }
        const EventFacts facts = look_up_waiting(connection_, pointers);
        apply(rows, arrived, match_events(arrived, facts));
    }

    std::int64_t applied() const noexcept { return applied_; }

private:
    void apply(
        const std::vector<WaitingEvent>& rows,
        const std::vector<ArrivedEvent>& arrived,
        const std::vector<Matches>& matches) {
        TrackingChanges changes(ChangeSource::webhook);
        std::vector<EndedEvent> ended;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (!is_applicable(matches[i]))
                continue;
            add_changes(arrived[i], matches[i], changes);
            ended.push_back({rows[i].id, matches[i].front().key});
        }
        if (ended.empty())
            return;
        std::vector<Statement> statements{end_events_statement(ended)};
        for (Statement& statement : changes.statements(counter_slot_).statements)
            statements.push_back(std::move(statement));
        connection_.execute_together(statements);
        applied_ += static_cast<std::int64_t>(ended.size());
    }

    Connection& connection_;
    int counter_slot_;
    std::int64_t applied_ = 0;
};

} // namespace

std::int64_t retry_waiting(Connection& connection, int counter_slot, const RetryScope& scope) {
    Page page(connection, counter_slot);
    std::int64_t after = 0;
    for (;;) {
        const std::vector<WaitingEvent> rows =
            load_waiting(connection, after, page_size, scope.young);
        if (rows.empty())
            break;
        after = rows.back().id;
        work_on_group(
            rows, [&](const std::vector<WaitingEvent>& part) { page.retry(part); },
            [](const WaitingEvent&, const DatabaseError&) {
                // It goes on waiting: its turn comes again, and at last it is kept for inspection.
            });
    }
    if (!scope.young && after > 0)
        give_up_waiting(connection, patience);
    return page.applied();
}

} // namespace blast
