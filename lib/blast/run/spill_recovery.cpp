#include "blast/run/spill_recovery.hpp"

#include "blast/store/connection.hpp"
#include "blast/store/settle_work.hpp"

#include <filesystem>

namespace blast {

namespace {

/// A file that does not say whose it is, is the blast's whose attempts it names.
bool is_of(const SpillFile& file, const Blast& blast, const KnownOutcomes& known) {
    if (!file.blast_made_at.empty()) {
        return file.blast_made_at == blast.made_at;
    }
    return known.here > 0 || file.outcome_count() == 0;
}

} // namespace

SpillRecorded record_spill_file(Connection& connection, const Blast& blast, const SpillFile& file) {
    const KnownOutcomes known = find_outcomes(connection, file.outcomes);
    if (!is_of(file, blast, known)) {
        return SpillRecorded::none;
    }
    SettleRequest kept = file.outcomes;
    kept.counter_slot = short_work_slot;
    if (!kept.empty()) {
        settle(connection, std::move(kept));
    }
    if (known.unknown > 0) {
        return SpillRecorded::some;
    }
    std::filesystem::remove(file.path);
    return SpillRecorded::all;
}

} // namespace blast
