#include "blast/run/queue_audience.hpp"

#include "blast/core/error.hpp"
#include "blast/intake/rejects_writer.hpp"
#include "blast/store/queue_store.hpp"

#include <fmt/format.h>

#include <memory>

namespace blast {

namespace {

constexpr std::uint64_t progress_every = 1'000;

[[noreturn]] void throw_no_recipient(const AudienceReader& reader) {
    if (reader.invalid_rows() > 0) {
        throw UsageError(
            fmt::format(
                "{}: no recipient in it, all {} rows cannot be sent to", reader.name(),
                reader.invalid_rows()),
            "leave --skip-invalid out to see what is wrong with them");
    }
    throw UsageError(
        fmt::format("{}: no recipient in it", reader.name()),
        "give a CSV with a header row and at least one row");
}

} // namespace

std::vector<RenderedMessage>
render_samples(QueueTransaction& transaction, const std::vector<MessageTemplate>& messages) {
    std::vector<RenderedMessage> samples;
    const Result rows = transaction.sample(sample_messages);
    for (int row = 0; row < rows.rows(); ++row) {
        const MessageTemplate& message =
            messages.at(static_cast<std::size_t>(rows.integer(row, 2)));
        samples.push_back(
            {std::string(rows.text(row, 0)),
             message.render(variables_from_json(rows.text(row, 1)))});
    }
    return samples;
}

AudienceQueue::AudienceQueue(QueueRequest request, const PhoneParser& parser)
    : request_(std::move(request)), reader_(request_.audience, parser, request_.messages) {}

RenderedMessage AudienceQueue::first_message() {
    Recipient recipient;
    if (!reader_.next(recipient)) {
        throw_no_recipient(reader_);
    }
    return {
        recipient.phone,
        request_.messages.front().render(variables_from_json(recipient.variables_json))};
}

QueuedBlast AudienceQueue::queue(
    Connection& connection, const std::function<bool(const QueuedBlast&)>& confirm) {
    request_.settings.columns = reader_.columns();
    QueueTransaction transaction(connection, request_.settings, request_.again, request_.dry_run);
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
        if (on_progress_ && reader_.valid_rows() % progress_every == 0) {
            on_progress_(reader_.valid_rows());
        }
    }
    if (rejects) {
        rejects->close();
    }
    if (reader_.valid_rows() == 0) {
        throw_no_recipient(reader_);
    }
    transaction.finish(static_cast<std::int64_t>(reader_.invalid_rows()));
    if (transaction.queued() == 0) {
        throw UsageError(
            fmt::format(
                "{}: no recipient is left, all {} have opted out", reader_.name(),
                transaction.skipped().opted_out),
            "nothing to send");
    }
    queued.blast_id = transaction.blast_id();
    queued.queued = transaction.queued();
    queued.skipped = transaction.skipped();
    if (request_.dry_run) {
        queued.samples = render_samples(transaction, request_.messages);
    } else if (confirm(queued)) {
        transaction.commit();
        committed_ = true;
    }
    return queued;
}

} // namespace blast
