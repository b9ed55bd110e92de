#include "blast/cli/poll_options.hpp"

#include "blast/cli/command_line.hpp"
#include "blast/cli/option_values.hpp"
#include "blast/core/duration.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace blast {

namespace {

constexpr std::int64_t most_requests = 1024;

/// The flags as they are written.
struct PollFlags {
    std::string blast;
    std::string rate = "20/s";
    std::string concurrency = "8";
    std::string deadline = "50s";
};

HelpText poll_help() {
    return {
        "Ask the gateway how far the messages have got that are still moving.",
        "blast-poll [--blast ID] [--now] [--rate N/s|max] [--concurrency N]\n"
        "           [--deadline 50s] [--watch]",
        "  # every minute, from cron\n"
        "  blast-poll --quiet\n"
        "  # everything that still moves in one blast, at once\n"
        "  blast-poll --blast 12 --now"};
}

void add_poll_flags(CLI::App& app, PollFlags& flags, PollOptions& options) {
    app.add_option("--blast", flags.blast, "only this blast")->type_name("ID")->group("What");
    app.add_flag("--now", options.now, "all that still moves, due or not")->group("What");
    app.add_flag("--watch", options.watch, "go on until nothing moves any more")->group("What");
    app.add_option("--rate", flags.rate, "questions to the gateway: N/s, N/m, N/h or max [20/s]")
        ->type_name("RATE")
        ->group("How fast");
    app.add_option("--concurrency", flags.concurrency, "questions in flight [8]")
        ->type_name("N")
        ->group("How fast");
    app.add_option("--deadline", flags.deadline, "begin no question that would end later [50s]")
        ->type_name("T")
        ->group("How fast");
}

std::chrono::milliseconds checked_deadline(const std::string& text) {
    const std::chrono::milliseconds deadline = parse_duration(text, "--deadline");
    if (deadline < std::chrono::milliseconds(100)) {
        throw UsageError(
            fmt::format("--deadline: '{}' is too short", printable(text)), "give 100ms or more");
    }
    return deadline;
}

} // namespace

PollOptions parse_poll_options(const Invocation& invocation) {
    CommandLine line(invocation, poll_help(), {OutputFormat::table, OutputFormat::json});
    PollFlags flags;
    PollOptions options;
    add_poll_flags(line.app(), flags, options);
    options.settings = line.parse();
    if (!flags.blast.empty()) {
        options.blast = parse_blast_id(flags.blast, "--blast");
    }
    options.rate = parse_rate(flags.rate, "--rate");
    options.concurrency = static_cast<std::size_t>(
        parse_whole_number(flags.concurrency, "--concurrency", 1, most_requests));
    options.deadline = checked_deadline(flags.deadline);
    return options;
}

} // namespace blast
