#include "blast/run/queue_audience.hpp"

#include "blast/core/error.hpp"
#include "blast/intake/rejects_writer.hpp"
#include "blast/store/queue_store.hpp"

#include <fmt/format.h>

#include <memory>

namespace blast {

namespace {

constexpr std::uint64_t progress_every = 1'000;

[[noreturn]] void throw_no_recipient(const std::string& name) {
    throw UsageError(
        fmt::format("{}: no recipient in it", name),
        "give a CSV with a header row and at least one row");
}

} // namespace

AudienceQueue::AudienceQueue(QueueRequest request, const PhoneParser& parser)
    : request_(std::move(request)), reader_(request_.audience, parser, request_.messages) {}

RenderedMessage AudienceQueue::first_message() {
    Recipient recipient;
    if (!reader_.next(recipient))
        throw_no_recipient(reader_.name());
    return {
        recipient.phone,
        request_.messages.front().render(variables_from_json(recipient.variables_json))};
}

QueuedBlast AudienceQueue::queue(
    Connection& connection, const std::function<bool(const QueuedBlast&)>& confirm) {
    QueueTransaction transaction(connection, request_.settings, request_.again);
    std::unique_ptr<RejectsWriter> rejects;
    if (!request_.rejects.empty()) {
        rejects = std::make_unique<RejectsWriter>(
            request_.rejects, request_.audience.csv_path, reader_.columns());
        reader_.on_invalid([&](const InvalidRow& row) { rejects->write(row); });
    }
    QueuedBlast queued;
    Recipient recipient;
    while (reader_.next(recipient)) {
        transaction.add(recipient.phone, recipient.variables_json);
        keep_sample(recipient, queued);
        if (on_progress_ && reader_.valid_rows() % progress_every == 0)
            on_progress_(reader_.valid_rows());
    }
    if (rejects)
        rejects->close();
    if (reader_.valid_rows() == 0)
        throw_no_recipient(reader_.name());
    transaction.finish(static_cast<std::int64_t>(reader_.invalid_rows()));
    if (transaction.queued() == 0)
        throw UsageError(
            fmt::format(
                "{}: no recipient is left, all {} have opted out", reader_.name(),
                transaction.skipped().opted_out),
            "nothing to send");
    queued.blast_id = transaction.blast_id();
    queued.queued = transaction.queued();
    queued.skipped = transaction.skipped();
    if (!request_.dry_run && confirm(queued)) {
        transaction.commit();
        committed_ = true;
    }
    return queued;
}

void AudienceQueue::keep_sample(const Recipient& recipient, QueuedBlast& queued) const {
    if (queued.samples.size() == sample_messages)
        return;
    const MessageTemplate& message =
        request_.messages[queued.samples.size() % request_.messages.size()];
    queued.samples.push_back(
        {recipient.phone, message.render(variables_from_json(recipient.variables_json))});
}

} // namespace blast
