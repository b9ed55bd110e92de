#include "blast/domain/blast_report.hpp"

namespace blast {

std::string progress_of(const ListedBlast& blast) {
    if (blast.activity.sender_alive) {
        return "sending";
    }
    if (blast.counts.queued + blast.counts.sending == 0) {
        return "done";
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
