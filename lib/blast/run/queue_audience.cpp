#include "blast/run/queue_audience.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
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
            messages.at(static_cast<std::size_t>(rows.integer(row, "variant")));
        samples.push_back(
            {std::string(rows.text(row, "phone_number")),
             message.render(variables_from_json(rows.text(row, "variables")))});
    }
    return samples;
}

void refuse_more_than(std::int64_t confirmed, const QueuedBlast& queued) {
    if (queued.queued > confirmed) {
        throw UsageError(
            fmt::format(
                "{} would be written to now, {} were when you were asked", queued.queued,
                confirmed),
            "run this again to be asked again");
    }
}

AudienceQueue::AudienceQueue(QueueRequest request, const PhoneParser& parser)
    : request_(std::move(request)),
      parser_(parser),
      copy_(request_.read_twice ? std::make_unique<CsvCopy>(request_.audience.csv_path) : nullptr) {
    if (copy_) {
        request_.audience.copy = copy_->path();
    }
    reader_ = std::make_unique<AudienceReader>(request_.audience, parser_, request_.messages);
}

RenderedMessage AudienceQueue::first_message() {
    Recipient recipient;
    if (!reader_->next(recipient)) {
        throw_no_recipient(*reader_);
    }
    return {
        recipient.phone,
        request_.messages.front().render(variables_from_json(recipient.variables_json))};
}

QueuedBlast AudienceQueue::count(Connection& connection) {
    const QueuedBlast counted = pass(connection, true);
    counted_ = {counted.queued, digest_};
    return counted;
}

QueuedBlast AudienceQueue::queue(Connection& connection) {
    return pass(connection, false);
}

/// What the server rolls back for a reason that passes is tried again where the rows can be read again.
QueuedBlast AudienceQueue::pass(Connection& connection, bool trial) {
    if (!copy_ && !can_be_read_again(request_.audience.csv_path)) {
        return pass_once(connection, trial);
    }
    return again_while_worth_it([&] { return pass_once(connection, trial); });
}

QueuedBlast AudienceQueue::pass_once(Connection& connection, bool trial) {
    std::unique_ptr<AudienceReader> reader = std::move(reader_);
    if (!reader) {
        reader = std::make_unique<AudienceReader>(request_.audience, parser_, request_.messages);
    }
    request_.settings.columns = reader->columns();
    QueueTransaction transaction(connection, request_.settings, request_.again);
    read_rows(*reader, transaction);
    if (reader->valid_rows() == 0) {
        throw_no_recipient(*reader);
    }
    transaction.finish(static_cast<std::int64_t>(reader->invalid_rows()));
    if (transaction.recipients() == 0) {
        throw UsageError(
            fmt::format(
                "{}: no recipient is left, all {} have opted out", reader->name(),
                transaction.skipped().opted_out),
            "nothing to send");
    }
    QueuedBlast queued{0, transaction.recipients(), transaction.skipped(), {}};
    if (request_.dry_run) {
        queued.samples = render_samples(transaction, request_.messages);
    } else if (!trial) {
        refuse_changes(queued);
        request_.before_commit();
        queued.blast_id = transaction.commit();
    }
    return queued;
}

void AudienceQueue::read_rows(AudienceReader& reader, QueueTransaction& transaction) {
    std::unique_ptr<RejectsWriter> rejects;
    if (!request_.rejects.empty()) {
        rejects = std::make_unique<RejectsWriter>(
            request_.rejects, request_.audience.csv_path, reader.columns());
        reader.on_invalid([&](const InvalidRow& row) { rejects->write(row); });
    }
    digest_ = 0;
    const std::hash<std::string> hash;
    constexpr std::size_t odd_factor = 0x9E3779B97F4A7C15;
    Recipient recipient;
    while (reader.next(recipient)) {
        transaction.add(recipient.phone, recipient.variables_json);
        digest_ = (digest_ ^ hash(recipient.phone)) * odd_factor;
        digest_ = (digest_ ^ hash(recipient.variables_json)) * odd_factor;
        if (on_progress_ && reader.valid_rows() % progress_every == 0) {
            on_progress_(reader.valid_rows());
        }
    }
    digest_ += reader.invalid_rows();
    if (rejects) {
        rejects->close();
    }
}

/// Who has opted out since is left out without a word; all else is to be as it was when a person said yes.
void AudienceQueue::refuse_changes(const QueuedBlast& queued) const {
    if (!counted_) {
        return;
    }
    if (counted_->second != digest_) {
        throw UsageError(
            fmt::format(
                "\"{}\" has changed since you were asked", printable(request_.audience.csv_path)),
            "nothing was queued or sent: run this again to be asked again");
    }
    refuse_more_than(counted_->first, queued);
}

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
