#pragma once

#include "blast/sim/answer.hpp"
#include "blast/sim/fault.hpp"
#include "blast/sim/settings.hpp"

namespace blast::sim {

/// Whether a request that meets this fault is carried out nevertheless.
bool is_carried_out(FaultKind kind);

/// The answer to a request that is not carried out.
Answer refusal_answer(const Fault& fault, const AnswerSettings& settings);

/// Spoils the answer to a request that was carried out, in the ways that are the same for sends and statuses.
void spoil(Answer& answer, const Fault& fault, const AnswerSettings& settings);

} // namespace blast::sim
