#include "blast/domain/blast_report.hpp"

namespace blast {

namespace {

/// Where nobody got a message, what became of all of them.
std::string how_it_ended(const BlastCounts& counts) {
    if (counts.sent() + counts.unconfirmed > 0 || counts.recipients() == 0) {
        return "done";
    }
    return counts.failed > 0 ? "failed" : "dropped";
}

} // namespace

std::string progress_of(const ListedBlast& blast) {
    if (blast.activity.sender_alive) {
        return "sending";
    }
    if (blast.counts.queued + blast.counts.sending == 0) {
        return how_it_ended(blast.counts);
    }
    if (blast.activity.stopped_by == "person") {
        return "stopped";
    }
    if (blast.activity.stopped_by == "circuit") {
        return "circuit open";
    }
    return blast.activity.scheduled ? "scheduled" : "unfinished";
}

} // namespace blast
