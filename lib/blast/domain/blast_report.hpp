#pragma once

#include "blast/core/clock.hpp"
#include "blast/domain/blast_counts.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace blast {

/// Which blasts are meant: those to which all that is set applies.
struct BlastFilter {
    std::optional<std::int64_t> id;
    std::optional<std::string> tag;
    std::optional<std::string> stage;
    std::optional<WallTime> since;     ///< blast_date at or after it
    std::optional<WallTime> until;     ///< blast_date before it
    std::optional<std::string> device; ///< among those that the blast sends on

    /// Whether it narrows anything but the id.
    bool narrows() const { return tag || stage || since || until || device; }
};

/// What a blast is called and when it was made.
struct BlastHead {
    std::int64_t id = 0;
    std::string tag;
    std::string stage; ///< follow_up_stage, "Initial"
    WallTime date;
};

/// The time that half, and nine in ten, of those who reached a stage took for it: whole seconds since the message was
/// accepted, of a person who is there (percentile_disc). Nothing where nobody has reached it.
struct Percentiles {
    std::optional<std::int64_t> p50;
    std::optional<std::int64_t> p90;
};

struct StageTimings {
    Percentiles delivered;
    Percentiles read; ///< of those who sent a read receipt
    Percentiles replied;
};

/// The funnel of one blast, or of several together.
struct BlastReport {
    std::optional<BlastHead> blast; ///< of the one that was asked for; nothing for several
    std::int64_t blasts = 0;        ///< how many it is over
    BlastCounts counts;
    StageTimings seconds_to;
    std::int64_t replied_without_receipt =
        0; ///< of those replied: counted as read, though no read receipt came
    std::int64_t expired_leases = 0; ///< of those sending: their sender is dead
};

/// What a blast is doing, as far as its row says.
struct BlastActivity {
    std::optional<WallTime> scheduled_at; ///< to be sent then
    bool scheduled = false;               ///< that moment is still to come
    bool sender_alive = false;
    std::string stopped_by; ///< "person", "circuit" or ""
};

/// One line of the list of blasts.
struct ListedBlast {
    BlastHead head;
    BlastCounts counts;
    BlastActivity activity;
};

/// "sending", "scheduled", "stopped" (by a person), "circuit open" (too many failures), "unfinished" (work is left and nobody is at
/// it), "failed" (nothing is left, and nobody got a message), "dropped" (the same, all being cancelled or opted out) or "done".
std::string progress_of(const ListedBlast& blast);

/// One of the sides of a comparison: a blast, or a variant of one.
struct ComparedArm {
    std::string name; ///< "A", "B", ...
    BlastHead blast;
    std::optional<int> variant; ///< counted from 1; nothing for a whole blast
    std::string message;        ///< the variant's template; "" for a whole blast
    BlastCounts counts;
};

} // namespace blast
