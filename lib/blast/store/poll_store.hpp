#pragma once

#include "blast/domain/attribution.hpp"
#include "blast/store/parameters.hpp"
#include "blast/store/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace blast {

// The statements of a run that asks for statuses, and what their answers say. Only texts and values: the run's own
// connection carries them.

/// Blasts with messages whose status can still change: all, or only one.
Statement open_blasts_statement(std::optional<std::int64_t> only);
std::vector<std::int64_t> read_blast_ids(const Result& result);

/// The database's clock.
Statement poll_start_statement();
/// Epoch seconds.
double read_poll_start(const Result& result);

/// How the messages of some blasts stand with the schedule.
struct PollSurvey {
    std::int64_t due = 0;
    std::int64_t moving = 0;               ///< due or not
    std::optional<double> seconds_to_next; ///< until the next one is due, or moves no more
};

/// Which messages count as due: those of the schedule ...
struct DueRule {
    /// ... and, for --now, all that were not checked since that moment (epoch seconds, the database's).
    std::optional<double> unchecked_since;
};

Statement survey_statement(const std::vector<std::int64_t>& blasts, const DueRule& rule);
PollSurvey read_survey(const Result& result);

/// A message that is due, with its place in the order of checks.
struct PollCandidate {
    RecipientKey key;
    bool was_read = false;
    double sent = 0; ///< epoch seconds
};

/// At most `limit` candidates in the order of is_checked_before, from `after` on.
Statement candidates_statement(
    const std::vector<std::int64_t>& blasts,
    const DueRule& rule,
    std::size_t limit,
    const std::optional<PollCandidate>& after);
/// Appends the keys of the page; the last of it, after which the next one begins, or nothing when it is empty.
std::optional<PollCandidate> read_candidates(const Result& result, std::vector<RecipientKey>& keys);

/// A message that this run holds and is to ask about.
struct ClaimedMessage {
    RecipientKey key;
    std::string message_id;
    std::string device;
};

/// Goes before the claims of a transaction, with all their blasts: claims of a blast wait for one another.
Statement claim_lock_statement(const std::vector<std::int64_t>& blasts);

/// What one claim of messages of one blast is to be.
struct ClaimTerms {
    std::string id; ///< a UUID of its own: a claim is let go by it, so never another run's
    std::chrono::milliseconds lease{};
    DueRule rule;
};

/// Takes messages of one blast: those still due that no other run holds.
Statement claim_messages_statement(
    std::int64_t blast_id, const std::vector<std::int64_t>& ids, const ClaimTerms& terms);
std::vector<ClaimedMessage> read_claimed_messages(std::int64_t blast_id, const Result& result);

/// Lets go of claims of one blast.
Statement release_claims_statement(std::int64_t blast_id, const std::vector<std::string>& claims);

} // namespace blast
