#pragma once

#include "blast/domain/poll_machine.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace blast::test {

/// What a pass meets.
struct PollWorldPlan {
    std::uint64_t seed = 1;
    std::size_t messages = 200;
    PollLimits limits;
    double fails = 0;           ///< share of checks that fail
    double loses = 0;           ///< share of exchanges and pages whose answer is lost
    double taken_by_others = 0; ///< share of candidates that a claim does not get
    std::chrono::milliseconds latency{50};
    std::chrono::milliseconds gateway_dead_from{-1};
    std::chrono::milliseconds gateway_dead_until{-1};
    std::optional<std::chrono::milliseconds> stop_at;
};

/// Plays a pass of PollMachine: a database and a gateway with faults, and a clock that jumps from event to event.
class PollWorld {
public:
    explicit PollWorld(const PollWorldPlan& plan)
        : plan_(plan), random_(plan.seed), machine_(plan.limits, random_, start) {
        if (plan.stop_at)
            events_.emplace(start + *plan.stop_at, PollStopRequested{PollEnd::interrupted});
        events_.emplace(start + std::chrono::milliseconds(5), DatabaseReady{});
    }

    PollEnd run() {
        while (!end_) {
            step();
        }
        return *end_;
    }

    static constexpr Instant start{std::chrono::hours(1)};

    PollMachine& machine() { return machine_; }
    Instant now() const { return now_; }
    const std::vector<Instant>& begun() const { return begun_; }
    const std::set<MessageHandle>& told() const { return told_; }
    const std::set<MessageHandle>& written() const { return written_; }
    /// Messages that the pass still holds, but for those whose lease is about to end by itself.
    std::size_t held() const {
        return static_cast<std::size_t>(
            std::count_if(held_.begin(), held_.end(), [this](MessageHandle message) {
                return lease_ends_.at(message) > now_ + std::chrono::seconds(1);
            }));
    }
    std::size_t most_in_flight() const { return most_in_flight_; }
    int exchanges() const { return exchanges_; }

private:
    void step() {
        const Instant wake = machine_.wake_at(now_);
        REQUIRE(wake >= now_);
        if (!events_.empty() && events_.begin()->first <= wake) {
            now_ = std::max(now_, events_.begin()->first);
            const PollEvent event = events_.extract(events_.begin()).mapped();
            feed(event);
        } else {
            now_ = std::max(wake, now_ + std::chrono::milliseconds(1));
            feed(PollTick{});
        }
        REQUIRE(now_ < start + std::chrono::hours(24));
    }

    void feed(const PollEvent& event) {
        if (std::holds_alternative<CheckEnded>(event))
            --in_flight_;
        for (const PollCommand& command : machine_.next(event, now_))
            std::visit([this](const auto& asked) { obey(asked); }, command);
    }

    void later(std::chrono::milliseconds delay, const PollEvent& event) {
        events_.emplace(now_ + delay, event);
    }

    void lose_database() {
        later(std::chrono::milliseconds(5), DatabaseLost{});
        later(std::chrono::milliseconds(500), DatabaseReady{});
    }

    void obey(const LoadCandidates&) {
        if (random_.uniform() < plan_.loses) {
            lose_database();
            return;
        }
        const std::size_t count = std::min<std::size_t>(70, plan_.messages - loaded_);
        loaded_ += count;
        later(std::chrono::milliseconds(5), CandidatesLoaded{count, loaded_ < plan_.messages});
    }

    void obey(const Exchange& exchange) {
        ++exchanges_;
        std::vector<MessageHandle> claimed;
        for (std::size_t i = 0; i < exchange.claim; ++i) {
            if (random_.uniform() >= plan_.taken_by_others)
                claimed.push_back(next_message_);
            ++next_message_;
        }
        const bool lost = random_.uniform() < plan_.loses;
        if (!lost || random_.uniform() < 0.5) {
            written_.insert(exchange.answered.begin(), exchange.answered.end());
            for (const MessageHandle message : exchange.answered)
                held_.erase(message);
            for (const MessageHandle message : exchange.released)
                held_.erase(message);
        }
        if (lost) {
            lose_database();
            return;
        }
        for (const MessageHandle message : claimed) {
            held_.insert(message);
            lease_ends_[message] = now_ + plan_.limits.lease;
        }
        later(std::chrono::milliseconds(5), Exchanged{claimed});
    }

    void obey(const Check& check) {
        REQUIRE(asked_.insert(check.message).second);
        REQUIRE(now_ + check.timeout <= lease_ends_.at(check.message));
        begun_.push_back(now_);
        most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
        const auto since = now_ - start;
        CheckEnded ended;
        ended.message = check.message;
        ended.answered = !(since >= plan_.gateway_dead_from && since < plan_.gateway_dead_until);
        const bool fails = !ended.answered || random_.uniform() < plan_.fails;
        ended.outcome = fails ? CheckEnded::Outcome::failed : CheckEnded::Outcome::answered;
        if (!fails)
            told_.insert(check.message);
        later(std::min(plan_.latency, check.timeout), ended);
    }

    void obey(const EndPass& end) { end_ = end.reason; }

    PollWorldPlan plan_;
    Random random_;
    PollMachine machine_;
    Instant now_ = start;
    std::multimap<Instant, PollEvent> events_;
    std::optional<PollEnd> end_;
    std::size_t loaded_ = 0;
    MessageHandle next_message_ = 0;
    std::set<MessageHandle> asked_;
    std::set<MessageHandle> told_;
    std::set<MessageHandle> written_;
    std::set<MessageHandle> held_;
    std::map<MessageHandle, Instant> lease_ends_;
    std::vector<Instant> begun_;
    int exchanges_ = 0;
    std::size_t in_flight_ = 0;
    std::size_t most_in_flight_ = 0;
};

/// The most checks that were begun within any such span.
inline std::size_t most_within(const std::vector<Instant>& begun, std::chrono::milliseconds span) {
    std::size_t most = 0;
    std::size_t first = 0;
    for (std::size_t last = 0; last < begun.size(); ++last) {
        while (begun[last] - begun[first] >= span)
            ++first;
        most = std::max(most, last - first + 1);
    }
    return most;
}

} // namespace blast::test
