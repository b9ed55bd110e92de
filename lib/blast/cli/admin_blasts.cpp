#include "blast/cli/admin_commands.hpp"
#include "blast/cli/open_database.hpp"
#include "blast/cli/option_values.hpp"
#include "blast/cli/progress.hpp"
#include "blast/core/printable.hpp"
#include "blast/store/blast_store.hpp"
#include "blast/store/erasure_store.hpp"
#include "blast/store/manual_changes.hpp"
#include "blast/store/opt_out_store.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace blast {

namespace {

using Json = nlohmann::ordered_json;

Blast require_blast(Connection& connection, std::int64_t id) {
    std::optional<Blast> blast = load_blast(connection, id);
    if (!blast) {
        throw UsageError(
            fmt::format("there is no blast {}", id), "`blast-report --list` shows the blasts");
    }
    return std::move(*blast);
}

void confirm_or_leave(const AdminOptions& options, const std::string& question) {
    if (!confirm(options.settings.terminal, options.yes, question)) {
        throw UsageError("not confirmed", "nothing was changed");
    }
}

[[noreturn]] void
refuse_resolution(std::int64_t blast_id, const std::string& phone, const std::string& state) {
    const std::string who = mask_phone(phone);
    if (state.empty()) {
        throw UsageError(
            fmt::format("blast {} has no recipient '{}'", blast_id, who),
            fmt::format("`blast-report {} --stuck UNCONFIRMED` shows whom it is about", blast_id));
    }
    if (state == "SENDING") {
        throw UsageError(
            fmt::format("'{}' of blast {} is SENDING, by a sender that lives", who, blast_id),
            "wait until it has ended");
    }
    throw UsageError(
        fmt::format("'{}' of blast {} is {}", who, blast_id, state),
        "only who is UNCONFIRMED can be resolved; nothing was changed");
}

[[noreturn]] void refuse_forgetting(const std::string& phone) {
    throw UsageError(
        fmt::format("a message to '{}' is being sent right now", mask_phone(phone)),
        "nothing was changed; run this again in a minute");
}

void print_erasure(const AdminOptions& options, const Erasure& erasure, bool opted_out) {
    if (options.settings.format == OutputFormat::json) {
        const Json document{
            {"recipients", erasure.recipients},
            {"events", erasure.events},
            {"opted_out", opted_out}};
        fmt::print("{}\n", document.dump());
        return;
    }
    fmt::print("erased: {} recipients, {} events\n", erasure.recipients, erasure.events);
    fmt::print(
        "{}\n",
        opted_out
            ? "the number stays on the opt-out list, so that nobody writes to it again"
            : "the number is not on the opt-out list: `blast-admin opt-out add` would keep it from being "
              "written to again");
}

} // namespace

ExitCode run_resolve(const AdminOptions& options) {
    const std::string phone = parse_phones(options.phones, options.settings).front();
    Connection connection = open_database(options.settings);
    require_blast(connection, options.blast_id);
    const Resolution resolution =
        resolve_unconfirmed(connection, options.blast_id, phone, options.sent);
    if (!resolution.resolved) {
        refuse_resolution(options.blast_id, phone, resolution.state);
    }
    if (options.settings.format == OutputFormat::json) {
        const Json document{
            {"blast_id", options.blast_id}, {"phone", phone}, {"state", resolution.state}};
        fmt::print("{}\n", document.dump());
    } else if (options.sent) {
        fmt::print("{} is DROPPED: sent, its message id unknown\n", phone);
    } else {
        fmt::print("{} is QUEUED: `blast-send --resume {}` sends it\n", phone, options.blast_id);
    }
    return ExitCode::done;
}

ExitCode run_cancel(const AdminOptions& options) {
    Connection connection = open_database(options.settings);
    const Blast blast = require_blast(connection, options.blast_id);
    const std::int64_t queued = load_counts(connection, blast.id).queued;
    if (queued > 0) {
        confirm_or_leave(
            options, fmt::format(
                         "Drop {} queued recipients of blast {} ({}, {})?", with_thousands(queued),
                         blast.id, printable(blast.settings.tag), printable(blast.settings.stage)));
    }
    const Cancellation cancelled = cancel_blast(connection, blast.id);
    const BlastCounts counts = load_counts(connection, blast.id);
    if (options.settings.format == OutputFormat::json) {
        const Json document{
            {"blast_id", blast.id},
            {"dropped", cancelled.dropped},
            {"sent", counts.sent()},
            {"sending", counts.sending},
            {"on_their_way", on_their_way_json(cancelled.on_their_way)}};
        fmt::print("{}\n", document.dump());
        return ExitCode::done;
    }
    fmt::print(
        "{} dropped, {} sent stay as they are\n", with_thousands(cancelled.dropped),
        with_thousands(counts.sent()));
    if (!cancelled.on_their_way.empty()) {
        fmt::print("{}\n", on_their_way_words(cancelled.on_their_way));
    }
    return ExitCode::done;
}

ExitCode run_forget(const AdminOptions& options) {
    const std::vector<std::string> forms =
        parse_known_phone(options.phones.front(), options.settings);
    Connection connection = open_database(options.settings);
    const PersonRecords person = find_person(connection, forms);
    if (person.being_sent) {
        refuse_forgetting(forms.front());
    }
    confirm_or_leave(
        options, fmt::format(
                     "Erase {} from {} blasts and from the events kept? It cannot be undone.",
                     forms.front(), person.blasts.size()));
    const std::optional<Erasure> erasure = erase_person(connection, forms);
    if (!erasure) {
        refuse_forgetting(forms.front());
    }
    print_erasure(options, *erasure, is_opted_out(connection, person.numbers));
    return ExitCode::done;
}

} // namespace blast
