#include "blast/run/event_file.hpp"

#include "blast/gateway/webhook_event.hpp"
#include "blast/run/reconnect.hpp"
#include "blast/run/waiting_events.hpp"
#include "blast/store/batched_work.hpp"

#include <istream>
#include <streambuf>

namespace blast {

namespace {

constexpr std::size_t group_size = 500;

/// Reads one line without its end; of a longer one than the limit, so much that it is seen to be too long.
bool read_line(std::istream& in, std::string& line) {
    using Traits = std::streambuf::traits_type;
    line.clear();
    auto c = in.rdbuf()->sbumpc();
    if (Traits::eq_int_type(c, Traits::eof())) {
        return false;
    }
    for (; !Traits::eq_int_type(c, Traits::eof()) && Traits::to_char_type(c) != '\n';
         c = in.rdbuf()->sbumpc()) {
        if (line.size() <= webhook_body_limit) {
            line += Traits::to_char_type(c);
        }
    }
    if (!line.empty() && line.back() == '\r') {
        line.pop_back();
    }
    return true;
}

/// What there is to read by now, at least one event; nothing at the end.
std::vector<InboxEvent> read_group(std::istream& in) {
    std::vector<InboxEvent> events;
    std::string line;
    const auto waits_for_more = [&] { return !events.empty() && in.rdbuf()->in_avail() == 0; };
    while (events.size() < group_size && !waits_for_more() && read_line(in, line)) {
        if (line.find_first_not_of(" \t") == std::string::npos) {
            continue;
        }
        for (InboxEvent& event : read_webhook(line)) {
            events.push_back(std::move(event));
        }
    }
    return events;
}

/// The lines of one file, a group after the other.
class Ingest {
public:
    Ingest(Connection& connection, const std::string& database_url, const IntakeRules& rules)
        : connection_(connection), database_url_(database_url), rules_(rules) {}

    void take_in(std::vector<InboxEvent> events) {
        insist([&] {
            EventIntake intake(rules_, events);
            finish_work(intake, connection_);
            summary_.counts += intake.counts();
        });
    }

    void retry() {
        insist([&] { summary_.counts.applied += retry_waiting(connection_, rules_.counter_slot); });
    }

    IngestSummary finish(bool stopped) {
        summary_.stopped = stopped;
        insist([&] { summary_.waiting_in_all = count_waiting(connection_); });
        return summary_;
    }

private:
    /// Once more on a new connection when the first is lost: all of this may be done twice.
    template <typename Work>
    void insist(const Work& work) {
        try {
            work();
            return;
        } catch (const DatabaseError& error) {
            if (!error.connection_lost()) {
                throw;
            }
        }
        reconnect(connection_, database_url_, random_);
        work();
    }

    Connection& connection_;
    const std::string& database_url_;
    const IntakeRules& rules_;
    Random random_ = Random::from_system();
    IngestSummary summary_;
};

} // namespace

IngestSummary ingest_events(
    std::istream& lines,
    Connection& connection,
    const std::string& database_url,
    const IntakeRules& rules,
    const StopSignal& stop) {
    Ingest ingest(connection, database_url, rules);
    ingest.retry();
    for (;;) {
        std::vector<InboxEvent> events = read_group(lines);
        // A signal may have cut the last line short.
        if (events.empty() || stop.received() != 0) {
            break;
        }
        ingest.take_in(std::move(events));
    }
    ingest.retry();
    return ingest.finish(stop.received() != 0);
}

} // namespace blast
