#include "unit/simulation/tally.hpp"

#include "unit/simulation/journal.hpp"

#include <utility>

namespace blast::simulation {

namespace {

constexpr std::array stop_requests{
    SendStop::hung_up, SendStop::interrupted, SendStop::terminated, SendStop::window_closed,
    SendStop::database_away};

std::vector<std::pair<const char*, std::size_t>> named_counters(const Tally& tally) {
    return {
        {"gateway outage", tally.gateway_outages},
        {"post", tally.posts},
        {"second post", tally.second_posts},
        {"known id", tally.known_ids},
        {"held back", tally.held_back},
        {"exchange that never came", tally.exchanges_that_never_came},
        {"exchange unanswered", tally.exchanges_unanswered},
        {"exchange that ran late", tally.exchanges_that_ran_late},
        {"exchange rejected", tally.exchanges_rejected},
        {"failed connect", tally.failed_connects},
        {"silent pooler", tally.silent_poolers},
        {"database outage", tally.database_outages},
        {"outage of the first host", tally.first_host_outages},
        {"clock jump", tally.clock_jumps},
        {"lost claim", tally.lost_claims},
        {"late claim", tally.late_claims},
        {"claim after its release", tally.claims_after_release},
        {"claim read back", tally.claims_read_back},
        {"lost settlement", tally.lost_settlements},
        {"late message", tally.late_messages},
        {"hearing", tally.hearings},
        {"unwanted", tally.unwanted},
        {"kill", tally.kills},
        {"suspension", tally.suspensions},
        {"probe", tally.probes},
        {"spill", tally.spills},
        {"lost spill", tally.lost_spills},
        {"spill replayed", tally.spills_replayed},
        {"spill left", tally.spills_left},
        {"swept", tally.swept},
        {"resend", tally.resends},
        {"retry", tally.retries},
        {"opt-out", tally.opt_outs},
        {"cancel", tally.cancels},
        {"resolve", tally.resolves},
    };
}

} // namespace

std::vector<std::string> never_met(const Tally& tally) {
    std::vector<std::string> missing;
    for (const auto& [name, count] : named_counters(tally)) {
        if (count == 0)
            missing.emplace_back(name);
    }
    for (std::size_t kind = 0; kind < tally.gateway_faults.size(); ++kind) {
        if (tally.gateway_faults.at(kind) == 0)
            missing.push_back("gateway fault " + std::to_string(kind));
    }
    for (const SendStop reason : stop_requests) {
        if (tally.stops.at(static_cast<std::size_t>(reason)) == 0)
            missing.push_back(std::string("stop: ") + describe(reason));
    }
    for (std::size_t reason = 0; reason < tally.ends.size(); ++reason) {
        if (tally.ends.at(reason) == 0)
            missing.push_back(std::string("end: ") + describe(static_cast<SendStop>(reason)));
    }
    return missing;
}

} // namespace blast::simulation
