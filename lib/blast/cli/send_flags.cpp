#include "blast/cli/send_flags.hpp"

#include "blast/core/error.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace blast {

namespace {

struct ModeRules {
    SendMode mode;
    const char* flag; ///< that chooses it
    std::vector<std::string> required;
    std::vector<std::string> allowed;
};

const std::vector<std::string>& pacing_flags() {
    static const std::vector<std::string> flags{"--device",    "--rate",   "--jitter",
                                                "--daily-cap", "--window", "--concurrency",
                                                "--timeout",   "--yes"};
    return flags;
}

const std::vector<ModeRules>& mode_rules() {
    static const std::vector<ModeRules> rules{
        {SendMode::csv,
         "--csv",
         {},
         {"--phone-column", "--message", "--message-file", "--tag", "--stage", "--again", "--at",
          "--skip-invalid", "--rejects", "--dry-run", "--test"}},
        {SendMode::from_blast,
         "--from-blast",
         {"--stuck", "--stage"},
         {"--older-than", "--message", "--message-file", "--tag", "--again", "--at", "--dry-run"}},
        {SendMode::resume, "--resume", {}, {"--retry-failed", "--resend-unconfirmed"}},
        {SendMode::due, "--due", {}, {}}};
    return rules;
}

/// The flags that only some ways to call have; what all share is left out.
const std::vector<std::string>& own_flags() {
    static const std::vector<std::string> flags = [] {
        std::vector<std::string> all = pacing_flags();
        for (const ModeRules& rules : mode_rules()) {
            all.emplace_back(rules.flag);
            all.insert(all.end(), rules.required.begin(), rules.required.end());
            all.insert(all.end(), rules.allowed.begin(), rules.allowed.end());
        }
        return all;
    }();
    return flags;
}

bool given(const CLI::App& app, const std::string& flag) {
    return app.count(flag) > 0;
}

bool contains(const std::vector<std::string>& flags, const std::string& flag) {
    return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

const ModeRules& chosen_mode(const CLI::App& app) {
    const ModeRules* chosen = nullptr;
    for (const ModeRules& rules : mode_rules()) {
        if (!given(app, rules.flag)) {
            continue;
        }
        if (chosen != nullptr) {
            throw UsageError(
                fmt::format("{} and {} do not go together", chosen->flag, rules.flag),
                "give one of them");
        }
        chosen = &rules;
    }
    if (chosen == nullptr) {
        throw UsageError(
            "nothing to send is named",
            "give --csv FILE, --from-blast ID, --resume ID or --due; see `blast-send --help`");
    }
    return *chosen;
}

void require_message_and_tag(const CLI::App& app, const ModeRules& rules) {
    const bool fresh = rules.mode == SendMode::csv || rules.mode == SendMode::from_blast;
    if (fresh && !given(app, "--message") && !given(app, "--message-file")) {
        throw UsageError("no message is given", "add --message TEXT or --message-file FILE");
    }
    // A test message is recorded nowhere, so it needs no name.
    if (rules.mode == SendMode::csv && !given(app, "--tag") && !given(app, "--test")) {
        throw UsageError("--tag is missing", "name the campaign, such as --tag raya-2026");
    }
}

void refuse_pairs(const CLI::App& app) {
    constexpr std::array<std::pair<const char*, const char*>, 3> pairs{
        {{"--dry-run", "--test"}, {"--test", "--at"}, {"--test", "--rejects"}}};
    for (const auto& [first, second] : pairs) {
        if (given(app, first) && given(app, second)) {
            throw UsageError(
                fmt::format("{} and {} do not go together", first, second), "give one of them");
        }
    }
    if (given(app, "--rejects") && !given(app, "--skip-invalid")) {
        throw UsageError("--rejects is for rows that are left out", "add --skip-invalid");
    }
}

} // namespace

HelpText send_help() {
    return {
        "Send one WhatsApp message to each recipient of a CSV, at most once, and record each message id.",
        "blast-send --csv FILE|- (--message TEXT | --message-file FILE)... --tag TAG\n"
        "blast-send --from-blast ID --stuck STATUS --message TEXT --stage STAGE\n"
        "blast-send --resume ID|latest [--retry-failed] [--resend-unconfirmed]\n"
        "blast-send --due",
        "  # look first: counts, three messages, how long it will take\n"
        "  blast-send --csv raya.csv --message 'Hi {{name}}!' --tag raya --dry-run\n"
        "  # one message to yourself\n"
        "  blast-send --csv raya.csv --message 'Hi {{name}}!' --test 012-3456789\n"
        "  # send, two variants, gently, in office hours\n"
        "  blast-send --csv raya.csv --message-file a.txt --message-file b.txt \\\n"
        "             --tag raya --rate 20/m --daily-cap 500 --window 09:00-18:00\n"
        "  # go on after a crash, a Ctrl-C or the daily cap\n"
        "  blast-send --resume latest\n"
        "  # remind those who read and did not answer for a day\n"
        "  blast-send --from-blast 1 --stuck READ_ACK --older-than 24h \\\n"
        "             --message 'Still there, {{name}}?' --stage 'Follow-up 1'\n"
        "  # in cron, every minute: what is scheduled or was left\n"
        "  * * * * * blast-send --due --quiet\n"};
}

void add_send_flags(CLI::App& app, SendFlags& f) {
    const auto add = [&](const char* group, const char* name, std::string& value, const char* type,
                         const char* text) {
        app.add_option(name, value, text)->type_name(type)->group(group);
    };
    const char* const who = "Whom to send to";
    add(who, "--csv", f.csv, "FILE", "recipients, with a header row; - is standard input");
    add(who, "--phone-column", f.phone_column, "NAME",
        "the column with the phone numbers [phone, mobile, no_telefon, ...]");
    app.add_flag(
           "--skip-invalid", f.skip_invalid, "leave bad rows out instead of stopping for them")
        ->group(who);
    add(who, "--rejects", f.rejects, "FILE", "write the rows left out there, with the reason");
    add(who, "--from-blast", f.from_blast, "ID", "recipients of an earlier blast");
    add(who, "--stuck", f.stuck, "STATUS", "those of them who are stuck there");
    add(who, "--older-than", f.older_than, "T", "and have been for so long: 90s, 15m, 24h, 7d");
    const char* const what = "What to send";
    app.add_option(
           "--message", "a mustache template over the CSV's columns; more than once: variants")
        ->type_name("TEXT")
        ->group(what)
        ->take_all();
    app.add_option("--message-file", "the same from a file; - is standard input")
        ->type_name("FILE")
        ->group(what)
        ->take_all();
    add(what, "--tag", f.tag, "TAG", "the campaign");
    add(what, "--stage", f.stage, "STAGE", "its stage [Initial]");
    app.add_flag("--again", f.again, "allow a tag and stage that a blast has already")->group(what);
    const char* const how = "How fast, and when";
    add(how, "--device", f.devices, "ID[,ID]", "sending device(s) [WSAPME_DEVICE]");
    add(how, "--rate", f.rate, "N/s|N/m|N/h|max",
        "per device, shared by all processes that send on it [1/s]");
    add(how, "--jitter", f.jitter, "P", "each gap varies by P percent up or down [30]");
    add(how, "--daily-cap", f.daily_cap, "N",
        "per device and calendar day, over all blasts [none]");
    add(how, "--window", f.window, "HH:MM-HH:MM", "send only then [always]");
    add(how, "--at", f.at, "TIME",
        "queue now, let --due send then: 2026-11-22T14:28+08:00, \"2026-11-22 14:28\", or 14:28, today or tomorrow");
    add(how, "--concurrency", f.concurrency, "N", "requests in flight [8]");
    add(how, "--timeout", f.timeout, "T", "for one request [25s]");
    const char* const again = "Going on";
    add(again, "--resume", f.resume, "ID|latest", "send what a blast still has queued");
    app.add_flag("--retry-failed", f.retry_failed, "queue those that the gateway refused again")
        ->group(again);
    app.add_flag(
           "--resend-unconfirmed", f.resend_unconfirmed,
           "queue those again of whom it is not known whether they got it")
        ->group(again);
    app.add_flag(
           "--due", f.due, "send what is scheduled, and what a crash, SIGTERM, cap or window left")
        ->group(again);
    const char* const care = "Care";
    app.add_flag("--dry-run", f.dry_run, "everything but sending")->group(care);
    add(care, "--test", f.test_phone, "PHONE",
        "send the first row's message to PHONE only, record nothing");
    app.add_flag("--yes", f.yes, "ask nothing; needed without a terminal")->group(care);
}

void read_message_order(const CLI::App& app, SendFlags& flags) {
    std::map<const CLI::Option*, std::size_t> taken;
    for (const CLI::Option* const option : app.parse_order()) {
        const bool file = option->check_lname("message-file");
        if (!file && !option->check_lname("message")) {
            continue;
        }
        const auto& values = option->results();
        std::size_t& next = taken[option];
        if (next < values.size()) {
            flags.messages.emplace_back(file, values[next++]);
        }
    }
}

SendMode check_flags_go_together(const CLI::App& app) {
    const ModeRules& rules = chosen_mode(app);
    for (const std::string& flag : rules.required) {
        if (!given(app, flag)) {
            throw UsageError(
                fmt::format("{} needs {}", rules.flag, flag), "see `blast-send --help`");
        }
    }
    for (const std::string& flag : own_flags()) {
        const bool fits = flag == rules.flag || contains(pacing_flags(), flag) ||
                          contains(rules.required, flag) || contains(rules.allowed, flag);
        if (given(app, flag) && !fits) {
            throw UsageError(
                fmt::format("{} does not go with {}", flag, rules.flag), "leave it out");
        }
    }
    require_message_and_tag(app, rules);
    refuse_pairs(app);
    return rules.mode;
}

} // namespace blast
