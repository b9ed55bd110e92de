#include "blast/run/queue_follow_up.hpp"

#include "blast/core/error.hpp"
#include "blast/store/queue_store.hpp"

#include <fmt/format.h>

namespace blast {

QueuedBlast queue_follow_up(
    Connection& connection,
    const FollowUpRequest& request,
    const std::function<bool(const QueuedBlast&)>& confirm) {
    BlastSettings settings = request.blast.settings;
    settings.columns = load_columns(connection, request.earlier);
    check_columns(request.blast.messages, settings.columns);
    QueueTransaction transaction(connection, settings, request.blast.again, request.blast.dry_run);
    transaction.add_from_blast(request.earlier, request.stuck, request.older_than);
    transaction.finish(0);
    if (transaction.queued() == 0) {
        throw UsageError(
            fmt::format(
                "nobody of blast {} is stuck at {}{}", request.earlier, request.stuck,
                request.older_than.count() > 0 ? " for so long" : ""),
            "blast-report shows who is stuck where; people who have opted out are left out");
    }
    QueuedBlast queued{transaction.blast_id(), transaction.queued(), transaction.skipped(), {}};
    if (request.blast.dry_run) {
        queued.samples = render_samples(transaction, request.blast.messages);
    } else if (confirm(queued)) {
        transaction.commit();
    }
    return queued;
}

} // namespace blast
