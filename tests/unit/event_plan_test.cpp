#include "blast/run/event_plan.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <rapidcheck/catch.h>
#include <set>
#include <string>
#include <vector>

using namespace blast;

namespace {

constexpr std::int64_t noon = 1'768'716'000;
constexpr const char* ali = "+60123456789";

EventFacts one_unconfirmed() {
    EventFacts facts;
    facts.now = static_cast<double>(noon) + 100;
    facts.open_attempts[ali] = {{{4, 1}, OutboxState::unconfirmed, "5850", noon, noon + 50}};
    facts.sent_by_message_id["known"] = {{{3, 1}, "known", "5850", noon - 1000}};
    return facts;
}

InboxEvent receipt(const std::string& id, std::int64_t at) {
    StatusReceipt told;
    told.message_id = id;
    told.status = "DELIVERY_ACK";
    told.phone = ali;
    told.message_timestamp = at;
    return {"body of " + id, told};
}

} // namespace

TEST_CASE(
    "of receipts that come together, an attempt is confirmed by those of one message id, or by none") {
    const EventFacts facts = one_unconfirmed();
    rc::prop("", [&] {
        const auto ids = *rc::gen::container<std::vector<std::string>>(
            rc::gen::element<std::string>("known", "a", "b", "c"));
        std::vector<InboxEvent> events;
        std::set<std::string> claimants;
        for (const std::string& id : ids) {
            const std::int64_t at = noon + *rc::gen::inRange<std::int64_t>(-20, 80);
            events.push_back(receipt(id, at));
            if (id != "known" && at >= noon - 5 && at <= noon + 55)
                claimants.insert(id);
        }
        std::vector<ArrivedEvent> arrived;
        arrived.reserve(events.size());
        for (const InboxEvent& event : events)
            arrived.push_back({&event, facts.now, {}});
        const std::vector<Matches> all = match_events(arrived, facts);
        RC_ASSERT(all.size() == events.size());
        std::set<std::string> confirmed;
        for (std::size_t i = 0; i < all.size(); ++i) {
            RC_ASSERT(all[i].size() == 1U);
            RC_ASSERT((all[i].front().verdict == MatchVerdict::matched) == (ids[i] == "known"));
            if (all[i].front().verdict == MatchVerdict::confirms)
                confirmed.insert(ids[i]);
        }
        RC_ASSERT(confirmed == (claimants.size() == 1 ? claimants : std::set<std::string>{}));
    });
}
