#pragma once

#include "unit/simulation/database_model.hpp"
#include "unit/simulation/journal.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace blast::simulation {

/// The number of a process's start, from 0.
using ProcessId = std::size_t;

/// What was truly claimed, posted and accepted, whoever knows of it, and what the user has said. Throws Violation when
/// one of the suite's promises is broken: at most once, nothing late, nothing early, nothing lost.
class Ledger {
public:
    explicit Ledger(DatabaseModel& database)
        : database_(database), recipients_(database.rows().size()) {}

    /// The server's clock has jumped: leases say nothing of when somebody may post any more.
    void clock_jumped() { clock_jumped_ = true; }

    /// A claim ran. `late`: its sender had been told that it was lost.
    void claimed(const AttemptId& id, ProcessId process, const ClaimResult& result, bool late);
    /// Its release ran.
    void released(const AttemptId& id);

    struct Request {
        std::int64_t id = 0;
        AttemptId attempt;
    };
    /// Its first byte reaches the gateway at `now`. Who has opted out or was cancelled is begun no later than `hearing_lasts`
    /// after that.
    void begun(const Request& request, Instant now, Instant::duration hearing_lasts);
    /// It has opted out, or the blast was cancelled.
    void unwanted(std::int64_t id, Instant now);
    void accepted(const Request& request, MessageId message);
    /// Its sender has it from the gateway that it took nothing.
    void proven_unsent(const Request& request);
    /// Its sender has the answer, and lives to record it.
    void answered(const Request& request);
    /// What the process knew is gone.
    void forgotten(ProcessId process);
    /// Its outcome cannot be known.
    void doubtful(std::int64_t id) { recipient(id).doubtful = true; }
    /// The user asked for the recipient to be sent again, or said what became of it.
    void user_word(std::int64_t id, Instant now);

    /// How many rows a living process holds in the database, without claims that came late.
    std::size_t held_by(ProcessId process) const;
    /// A process that could settle everything is over.
    void check_finished(ProcessId process) const;
    /// Nobody sends any more.
    void check_end() const;
    /// Nobody is unconfirmed but for the gateway's doing, or for a claim that ran after its release.
    void check_no_needless_doubt() const;

    std::size_t second_posts() const noexcept { return second_posts_; }
    std::size_t claims_after_release() const noexcept { return claims_after_release_; }

private:
    struct Attempt {
        AttemptId id;
        ProcessId process = 0;
        std::vector<std::int64_t> rows;
        std::vector<Instant> slots;
        bool late = false;
        bool released = false;
        bool after_release = false;
    };
    struct Post {
        AttemptId attempt;
        Instant at{};
        bool proven_unsent = false;
        bool answered = false;
        MessageId accepted = 0;
    };
    struct Recipient {
        std::vector<Post> posts;
        std::vector<Instant> words;
        std::optional<Instant> unwanted_since;
        bool doubtful = false;

        bool word_since(Instant when) const;
    };

    Recipient& recipient(std::int64_t id) {
        return recipients_.at(static_cast<std::size_t>(id - 1));
    }
    Attempt& attempt(const AttemptId& id);
    const Attempt* find(const AttemptId& id) const;
    Post& post(const Request& request);
    void check_claim(const Request& request, Instant now);
    void check_once(const Request& request);
    void check_wanted(const Request& request, Instant now, Instant::duration hearing_lasts);
    void check_accounted(std::int64_t id, const Post& sent) const;
    bool recorded_elsewhere(std::int64_t id, MessageId message) const;

    DatabaseModel& database_;
    std::vector<Recipient> recipients_;
    std::vector<Attempt> attempts_;
    std::size_t second_posts_ = 0;
    std::size_t claims_after_release_ = 0;
    bool clock_jumped_ = false;
};

} // namespace blast::simulation
