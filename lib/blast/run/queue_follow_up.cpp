#include "blast/run/queue_follow_up.hpp"

#include "blast/core/error.hpp"
#include "blast/store/queue_store.hpp"

#include <fmt/format.h>

namespace blast {

namespace {

QueuedBlast queue_in_transaction(
    Connection& connection,
    const FollowUpRequest& request,
    bool trial,
    std::optional<std::int64_t> confirmed) {
    BlastSettings settings = request.blast.settings;
    settings.columns = load_columns(connection, request.earlier);
    check_columns(request.blast.messages, settings.columns);
    QueueTransaction transaction(connection, settings, request.blast.again);
    transaction.add_from_blast(request.earlier, request.stuck, request.older_than);
    transaction.finish(0);
    if (transaction.recipients() == 0) {
        throw UsageError(
            fmt::format(
                "nobody of blast {} is stuck at {}{}", request.earlier, request.stuck,
                request.older_than.count() > 0 ? " for so long" : ""),
            "blast-report shows who is stuck where; people who have opted out are left out");
    }
    QueuedBlast queued{0, transaction.recipients(), transaction.skipped(), {}};
    if (request.blast.dry_run) {
        queued.samples = render_samples(transaction, request.blast.messages);
    } else if (!trial) {
        refuse_more_than(confirmed.value_or(queued.queued), queued);
        request.blast.before_commit();
        queued.blast_id = transaction.commit();
    }
    return queued;
}

} // namespace

QueuedBlast count_follow_up(Connection& connection, const FollowUpRequest& request) {
    return again_while_worth_it(
        [&] { return queue_in_transaction(connection, request, true, std::nullopt); });
}

QueuedBlast queue_follow_up(
    Connection& connection, const FollowUpRequest& request, std::optional<std::int64_t> confirmed) {
    return again_while_worth_it(
        [&] { return queue_in_transaction(connection, request, false, confirmed); });
}

} // namespace blast
