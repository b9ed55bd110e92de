#pragma once

#include "blast/domain/send_outcome.hpp"

#include "unit/simulation/database_model.hpp"
#include "unit/simulation/schedule.hpp"
#include "unit/simulation/tally.hpp"

namespace blast::simulation {

/// What happens to one request that is begun now.
struct RequestFate {
    bool begun = true;          ///< something of the request reaches the gateway
    bool proven_unsent = false; ///< the gateway says that it took nothing, for all recipients alike
    bool token_refused = false; ///< what /v1/info says, should it be asked
    MessageId accepted = 0;     ///< the id that it is accepted with; 0: it is not
    Instant::duration accepted_after{};
    Instant::duration ends_after{}; ///< when the client knows how it ended
    SendAnswer answer;
};

/// The gateway and the way to it: answers like wsapme-api.md says, with the faults that a schedule names.
class GatewayModel {
public:
    GatewayModel(const Schedule& schedule, Random& random, Tally& tally)
        : schedule_(schedule), random_(random), tally_(tally) {}

    RequestFate begin(Instant now);
    /// From now on nothing goes wrong.
    void calm_down() { calm_ = true; }

private:
    std::optional<GatewayFault> draw_fault(Instant now);
    void accept(RequestFate& fate);
    void spoil(RequestFate& fate, GatewayFault fault);

    const Schedule& schedule_;
    Random& random_;
    Tally& tally_;
    bool calm_ = false;
    MessageId last_message_ = 0;
};

} // namespace blast::simulation
