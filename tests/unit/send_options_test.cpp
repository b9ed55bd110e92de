#include "blast/cli/send_options.hpp"

#include "blast/cli/dry_run_warnings.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/core/error.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"

using namespace blast;
using blast::test::Contains;
using blast::test::StartsWith;
using Arguments = std::vector<std::string>;

namespace {

SendOptions
parse(const Arguments& arguments, const std::map<std::string, std::string>& environment = {}) {
    Invocation invocation;
    invocation.tool = "blast-send";
    invocation.arguments = arguments;
    invocation.environment = environment;
    return parse_send_options(invocation);
}

std::string refusal(const Arguments& arguments) {
    try {
        parse(arguments);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "(accepted)";
}

/// A good command line from a CSV, and more.
Arguments from_csv(const Arguments& more = {}) {
    Arguments arguments{"--csv", "a.csv", "--message", "Hi", "--tag", "raya"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

/// The same for a follow-up.
Arguments follow_up(const Arguments& more = {}) {
    Arguments arguments{"--from-blast", "7",  "--stuck", "READ_ACK",
                        "--message",    "Hi", "--stage", "Follow-up"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

Arguments resume(const Arguments& more = {}) {
    Arguments arguments{"--resume", "7"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

} // namespace

TEST_CASE("A blast from a CSV has the manual's defaults") {
    const SendOptions options = parse(from_csv());
    CHECK(options.mode == SendMode::csv);
    CHECK(options.csv == "a.csv");
    CHECK(options.tag == "raya");
    CHECK(options.stage == "Initial");
    CHECK(options.concurrency == 8);
    CHECK(options.timeout == std::chrono::seconds(25));
    CHECK_FALSE(options.devices.has_value());
    CHECK_FALSE(options.rate.has_value());
    CHECK_FALSE(options.jitter_percent.has_value());
    CHECK_FALSE(options.daily_cap.has_value());
    CHECK_FALSE(options.window.has_value());
    CHECK_FALSE(options.at.has_value());
    CHECK_FALSE(options.yes);
}

TEST_CASE("Every flag of a blast from a CSV arrives") {
    const SendOptions options = parse(from_csv(
        {"--phone-column",
         "Mobile",
         "--stage",
         "Second",
         "--again",
         "--device",
         "5850,5851",
         "--rate",
         "30/m",
         "--jitter",
         "10",
         "--daily-cap",
         "500",
         "--window",
         "09:00-18:00",
         "--at",
         "2126-11-22T14:28:00+08:00",
         "--concurrency",
         "64",
         "--timeout",
         "10s",
         "--skip-invalid",
         "--rejects",
         "bad.csv",
         "--yes"}));
    CHECK(options.phone_column == "Mobile");
    CHECK(options.stage == "Second");
    CHECK(options.again);
    CHECK(options.devices == std::vector<std::string>{"5850", "5851"});
    REQUIRE(options.rate);
    CHECK(options.rate->text == "30/m");
    CHECK(options.jitter_percent == 10);
    CHECK(options.daily_cap == 500);
    REQUIRE(options.window);
    CHECK(options.window->text() == "09:00-18:00");
    CHECK(options.at == std::chrono::system_clock::from_time_t(4'951'002'480));
    CHECK(options.concurrency == 64);
    CHECK(options.timeout == std::chrono::seconds(10));
    CHECK(options.skip_invalid);
    CHECK(options.rejects == "bad.csv");
    CHECK(options.yes);
}

TEST_CASE("the file of --csv - is standard input") {
    CHECK(parse({"--csv", "-", "--message", "Hi", "--tag", "t"}).csv == "-");
}

TEST_CASE("Messages keep the order of the command line, whatever they hold") {
    const test::TemporaryFolder folder;
    const std::string file = folder.write(
        "b.txt", "\xEF\xBB\xBF"
                 "From a file\nwith two lines\r\n");
    const SendOptions options = parse(
        {"--csv", "a.csv", "--tag", "t", "--message", "[one,two]", "--message-file", file,
         "--message", "-50% today, {{name}}", "--message", "--tag"});
    REQUIRE(options.messages.size() == 4);
    CHECK(options.messages[0].text == "[one,two]");
    CHECK(options.messages[0].origin == "--message");
    CHECK(options.messages[1].text == "From a file\nwith two lines");
    CHECK(options.messages[1].origin == file);
    CHECK(options.messages[2].text == "-50% today, {{name}}");
    CHECK(options.messages[3].text == "--tag");
}

TEST_CASE("A message file that cannot be used is refused by its name") {
    const test::TemporaryFolder folder;
    const std::string latin = folder.write("latin.txt", "Ol\xe9");
    for (const std::string& file : {folder.path() + "/missing.txt", folder.path(), latin}) {
        CHECK_THAT(
            refusal({"--csv", "a.csv", "--tag", "t", "--message-file", file}),
            Contains("--message-file: ") && Contains(file));
    }
}

TEST_CASE("A follow-up names a blast, where its recipients are stuck, and a stage") {
    const SendOptions options = parse(follow_up({"--older-than", "24h"}));
    CHECK(options.mode == SendMode::from_blast);
    CHECK(options.from_blast == 7);
    CHECK(options.stuck == "READ_ACK");
    CHECK(options.older_than == std::chrono::hours(24));
    CHECK(options.stage == "Follow-up");
    CHECK(options.tag.empty());
    CHECK(
        parse({"--from-blast", "7", "--stuck", "failed", "--message", "Hi", "--stage", "x"})
            .stuck == "FAILED");
}

TEST_CASE("a run with --resume knows which of the settings kept with the blast are given again") {
    const SendOptions plain = parse(resume());
    CHECK(plain.mode == SendMode::resume);
    CHECK(plain.resume == 7);
    CHECK_FALSE(plain.rate.has_value());
    const SendOptions changed =
        parse(resume({"--rate", "max", "--device", "9", "--retry-failed", "--resend-unconfirmed"}));
    REQUIRE(changed.rate);
    CHECK_FALSE(changed.rate->per_second.has_value());
    CHECK(changed.devices == std::vector<std::string>{"9"});
    CHECK(changed.retry_failed);
    CHECK(changed.resend_unconfirmed);
    CHECK_FALSE(parse({"--resume", "latest"}).resume.has_value());
}

TEST_CASE(
    "The config file speaks for a new blast where the command line is silent, and not for a kept one") {
    const test::TemporaryFolder folder;
    const std::string config = folder.write(
        "c.toml",
        "rate = \"2/s\"\njitter = 5\ndaily_cap = 100\nwindow = \"08:00-20:00\"\nconcurrency = 3\ntimeout = \"5s\"\n");
    const SendOptions fresh = parse(from_csv({"--config", config, "--rate", "3/s"}));
    REQUIRE(fresh.rate);
    CHECK(fresh.rate->text == "3/s");
    CHECK(fresh.jitter_percent == 5);
    CHECK(fresh.daily_cap == 100);
    REQUIRE(fresh.window);
    CHECK(fresh.concurrency == 3);
    const SendOptions kept = parse(resume({"--config", config}));
    CHECK_FALSE(kept.rate.has_value());
    CHECK_FALSE(kept.jitter_percent.has_value());
    CHECK_FALSE(kept.daily_cap.has_value());
    CHECK_FALSE(kept.window.has_value());
    CHECK(kept.concurrency == 3);
    CHECK(kept.timeout == std::chrono::seconds(5));
}

TEST_CASE("A device from the environment does not replace those kept with a blast") {
    CHECK_FALSE(parse(resume(), {{"WSAPME_DEVICE", "5850"}}).devices.has_value());
    CHECK(
        parse(from_csv(), {{"WSAPME_DEVICE", "5850"}}).settings.devices ==
        std::vector<std::string>{"5850"});
}

TEST_CASE("Flags that do not go together, or lack another, are refused in one line") {
    const std::vector<std::pair<Arguments, std::string>> cases{
        {{}, "--csv"},
        {{"--message", "Hi"}, "--csv"},
        {{"--csv", "a.csv", "--tag", "t"}, "no message"},
        {{"--csv", "a.csv", "--message", "Hi"}, "--tag"},
        {from_csv({"--resume", "1"}), "--csv and --resume"},
        {from_csv({"--due"}), "--csv and --due"},
        {from_csv({"--from-blast", "1"}), "--csv and --from-blast"},
        {resume({"--due"}), "--resume and --due"},
        {from_csv({"--stuck", "PENDING"}), "--stuck"},
        {from_csv({"--older-than", "1h"}), "--older-than"},
        {from_csv({"--retry-failed"}), "--retry-failed"},
        {from_csv({"--resend-unconfirmed"}), "--resend-unconfirmed"},
        {from_csv({"--dry-run", "--test", "0123456789"}), "--dry-run and --test"},
        {from_csv({"--test", "0123456789", "--at", "14:00"}), "--test and --at"},
        {follow_up({"--phone-column", "x"}), "--phone-column"},
        {follow_up({"--skip-invalid"}), "--skip-invalid"},
        {follow_up({"--rejects", "x"}), "--rejects"},
        {{"--from-blast", "7", "--message", "Hi", "--stage", "x"}, "--stuck"},
        {{"--from-blast", "7", "--stuck", "PENDING", "--message", "Hi"}, "--stage"},
        {{"--from-blast", "7", "--stuck", "PENDING", "--stage", "x"}, "no message"},
        {resume({"--message", "Hi"}), "--message"},
        {resume({"--message-file", "x"}), "--message-file"},
        {resume({"--tag", "t"}), "--tag"},
        {resume({"--stage", "t"}), "--stage"},
        {resume({"--at", "14:00"}), "--at"},
        {resume({"--again"}), "--again"},
        {resume({"--test", "0123456789"}), "--test"},
        {{"--due", "--message", "Hi"}, "--message"},
        {{"--due", "--tag", "t"}, "--tag"},
        {{"--due", "--retry-failed"}, "--retry-failed"}};
    for (const auto& [arguments, words] : cases) {
        const std::string refused = refusal(arguments);
        CAPTURE(arguments);
        CHECK_THAT(refused, Contains(words) && !Contains("\n") && !Contains("(accepted)"));
    }
}

namespace {

void check_refused(const std::string& flag, const std::string& value) {
    CAPTURE(flag, value);
    Arguments arguments = from_csv();
    if (flag == "--tag") {
        arguments.resize(arguments.size() - 2);
    }
    arguments.push_back(flag + "=" + value);
    CHECK_THAT(refusal(arguments), StartsWith(flag + ": '"));
}

} // namespace

TEST_CASE("Values out of their bounds are refused, naming their flag") {
    const std::vector<std::pair<std::string, Arguments>> cases{
        {"--rate", {"0/s", "fast", "-1/s"}},
        {"--jitter", {"-1", "101", "x", "5%"}},
        {"--daily-cap", {"0", "-5", "1.5", "many"}},
        {"--window", {"9-18", "09:00", "25:00-26:00"}},
        {"--at",
         {"tomorrow", "2026-13-01", "25:00", "24:00", "14:60", "-1:00", "2126-11-22 24:00"}},
        {"--concurrency", {"0", "1025", "x"}},
        {"--timeout", {"0s", "25", "x", "1d"}},
        {"--device", {",", "58 50"}},
        {"--tag", {std::string(201, 'x'), "a\nb", "\xff"}},
        {"--stage", {std::string(201, 'x'), "a\tb"}}};
    for (const auto& [flag, values] : cases) {
        for (const std::string& value : values) {
            check_refused(flag, value);
        }
    }
    CHECK_THAT(refusal({"--resume", "last"}), StartsWith("--resume: 'last'"));
    CHECK_THAT(refusal({"--resume", "0"}), StartsWith("--resume: '0'"));
    CHECK_THAT(
        refusal({"--from-blast", "x", "--stuck", "PENDING", "--message", "m", "--stage", "s"}),
        StartsWith("--from-blast: 'x'"));
    CHECK_THAT(
        refusal({"--from-blast", "1", "--stuck", "REPLIED", "--message", "m", "--stage", "s"}),
        StartsWith("--stuck: 'REPLIED'"));
}

TEST_CASE(
    "An empty value, as an unset variable of a script gives it, is never taken for a flag that is not there") {
    for (const char* const flag :
         {"--csv", "--message", "--tag", "--stage", "--test", "--rate", "--device", "--window",
          "--daily-cap", "--rejects"}) {
        Arguments arguments;
        for (const std::string& argument : from_csv()) {
            arguments.push_back(argument);
        }
        const auto given = std::find(arguments.begin(), arguments.end(), flag);
        if (given != arguments.end()) {
            arguments.erase(given, given + 2);
        }
        arguments.insert(arguments.end(), {flag, ""});
        CAPTURE(flag);
        CHECK_THAT(refusal(arguments), Contains(flag) && Contains("needs a value"));
    }
    CHECK_THAT(refusal({"--resume", ""}), Contains("--resume needs a value"));
}

TEST_CASE("Only a test message needs no tag") {
    CHECK(
        parse({"--csv", "a.csv", "--message", "Hi", "--test", "0123456789"}).test_phone ==
        "0123456789");
}

TEST_CASE("A dry run warns of a window that is closed when the sending would begin") {
    const WallTime now(std::chrono::seconds(1'795'328'880)); // 2026-11-22 06:28 UTC
    const auto warnings = [&](const Arguments& more) {
        return dry_run_warnings(parse(from_csv(more), {{"BLAST_TIMEZONE", "UTC"}}), now);
    };
    CHECK(warnings({}).empty());
    CHECK(warnings({"--window", "06:00-07:00"}).empty());
    CHECK(
        warnings({"--window", "05:00-06:28"}) ==
        std::vector<std::string>{
            "--window 05:00-06:28 is closed now: `blast-send --due` would send "
            "from 2026-11-23T05:00:00+00:00 on"});
    CHECK(warnings({"--window", "05:00-06:28", "--at", "2026-11-24T05:00:00Z"}).empty());
    CHECK(warnings({"--window", "05:00-06:28", "--at", "2026-11-22T05:00:00Z"}).size() == 2);
}
