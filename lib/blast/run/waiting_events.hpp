#pragma once

#include "blast/run/event_plan.hpp"
#include "blast/store/async_connection.hpp"
#include "blast/store/batched_work.hpp"
#include "blast/store/inbox_store.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace blast {

/// Which of the events that wait are tried again.
struct RetryScope {
    /// Only those that came lately: a receipt that came before its message was recorded finds it within seconds.
    std::optional<std::chrono::seconds> young;

    static RetryScope all() { return {}; }
    static RetryScope just_now() { return {std::chrono::seconds(15)}; }
    static RetryScope lately() { return {std::chrono::minutes(10)}; }
};

/// Tries events again that matched nothing when they came, over any kind of connection: the caller executes next() as one
/// transaction and hands the outcome to take(), until done. Receipts and replies whose message is recorded by now, receipts
/// that confirm what became UNCONFIRMED, replies that waited for a newer message. It costs one index look-up when nothing
/// waits. What has waited for 8 days is kept for inspection. It may be dropped at any point. Not thread-safe.
class WaitingEvents {
public:
    explicit WaitingEvents(int counter_slot, const RetryScope& scope = RetryScope::all())
        : counter_slot_(counter_slot), scope_(scope) {}

    std::vector<Statement> next() const;
    WorkProgress take(const PipelineOutcome& outcome);
    std::int64_t applied() const noexcept { return applied_; }

private:
    enum class Stage { load, look_up, write, give_up };
    /// In the page.
    using Places = std::vector<std::size_t>;

    WorkProgress after_failure(const DatabaseError& error);
    WorkProgress after_page(std::vector<WaitingEvent> rows);
    WorkProgress after_look_up(const EventFacts& facts);
    WorkProgress finish_batch();

    int counter_slot_;
    RetryScope scope_;
    Stage stage_ = Stage::load;
    std::int64_t after_ = 0;
    std::vector<WaitingEvent> rows_;
    std::vector<InboxEvent> events_;
    BatchedWork<Places> work_;
    std::vector<Statement> write_;
    std::int64_t planned_ = 0;
    std::int64_t applied_ = 0;
};

/// The same on a connection that waits; returns how many were applied. Throws DatabaseError.
std::int64_t retry_waiting(
    Connection& connection, int counter_slot, const RetryScope& scope = RetryScope::all());

} // namespace blast
