#include "blast/domain/check_claims.hpp"

#include <utility>

namespace blast {

CheckClaims::Number
CheckClaims::add(std::int64_t blast_id, std::string claim_id, std::size_t messages) {
    claims_.emplace(next_, Claim{blast_id, std::move(claim_id), messages, 0});
    return next_++;
}

void CheckClaims::leave(Number claim) {
    if (claims_.at(claim).leaving++ == 0) {
        touched_.push_back(claim);
    }
}

std::map<std::int64_t, std::vector<std::string>> CheckClaims::ending() const {
    std::map<std::int64_t, std::vector<std::string>> ending;
    for (const Number number : touched_) {
        const Claim& claim = claims_.at(number);
        if (claim.leaving == claim.messages) {
            ending[claim.blast_id].push_back(claim.id);
        }
    }
    return ending;
}

void CheckClaims::committed() {
    for (const Number number : touched_) {
        const auto claim = claims_.find(number);
        claim->second.messages -= std::exchange(claim->second.leaving, 0);
        if (claim->second.messages == 0) {
            claims_.erase(claim);
        }
    }
    touched_.clear();
}

void CheckClaims::lost() {
    for (const Number number : touched_) {
        claims_.at(number).leaving = 0;
    }
    touched_.clear();
}

} // namespace blast
