#include "blast/cli/report_options.hpp"

#include "blast/cli/command_line.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/core/error.hpp"

#include "support/catch.hpp"

using namespace blast;
using blast::test::Contains;
using blast::test::StartsWith;

namespace {

const TimeZone zone("Asia/Kuala_Lumpur");
const WallTime now(std::chrono::seconds(1'795'328'880)); // 2026-11-22 14:28 there

Invocation invocation(const std::vector<std::string>& arguments, bool terminal = true) {
    Invocation given;
    given.tool = "blast-report";
    given.arguments = arguments;
    given.environment["BLAST_TIMEZONE"] = zone.name();
    given.terminal.output = terminal;
    return given;
}

ReportOptions options(const std::vector<std::string>& arguments, bool terminal = true) {
    return parse_report_options(invocation(arguments, terminal), now);
}

std::string refusal(const std::vector<std::string>& arguments, bool terminal = true) {
    try {
        options(arguments, terminal);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("without a blast and a filter the report is of the latest") {
    CHECK(options({}).request.kind == ReportKind::funnel);
    CHECK(options({}).request.latest);
    CHECK(options({"latest"}).request.latest);
    CHECK(options({"latest", "--tag", "raya"}).request.latest);
    CHECK_FALSE(options({"--tag", "raya"}).request.latest);
    CHECK_FALSE(options({"7"}).request.latest);
    CHECK(options({"7"}).request.filter.id == 7);
}

TEST_CASE("filters say which blasts are meant") {
    const BlastFilter filter = options({"--tag", "raya", "--stage", "Initial", "--device", "5850",
                                        "--since", "2026-11-01", "--until", "2026-11-30"})
                                   .request.filter;
    CHECK(filter.tag == "raya");
    CHECK(filter.stage == "Initial");
    CHECK(filter.device == "5850");
    REQUIRE(filter.since);
    REQUIRE(filter.until);
    CHECK(zone.iso8601(*filter.since) == "2026-11-01T00:00:00+08:00");
    CHECK(zone.iso8601(*filter.until) == "2026-12-01T00:00:00+08:00");
}

TEST_CASE("a period ends with a date's last hour, and before a time") {
    const auto end = [](std::string_view text, const TimeZone& where) {
        return where.iso8601(period_end(text, where, now, "--until"));
    };
    CHECK(end("2026-12-31", zone) == "2027-01-01T00:00:00+08:00");
    CHECK(end("2028-02-28", zone) == "2028-02-29T00:00:00+08:00");
    CHECK(end("2026-11-22 10:00", zone) == "2026-11-22T10:00:00+08:00");
    // The clocks are put back that day: it has 25 hours.
    CHECK(end("2026-10-25", TimeZone("Europe/Berlin")) == "2026-10-26T00:00:00+01:00");
    CHECK(end("7d", zone) == "2026-11-15T14:28:00+08:00");
    CHECK_THROWS_AS(period_end("2026-02-30", zone, now, "--until"), UsageError);
    CHECK_THROWS_AS(period_end("", zone, now, "--until"), UsageError);
    CHECK_THROWS_AS(period_start("yesterday", zone, now, "--since"), UsageError);
}

TEST_CASE("a period starts with a date's first moment, or so long ago") {
    const auto start = [](std::string_view text) {
        return zone.iso8601(period_start(text, zone, now, "--since"));
    };
    CHECK(start("2026-11-22") == "2026-11-22T00:00:00+08:00");
    CHECK(start("24h") == "2026-11-21T14:28:00+08:00");
    CHECK(start("14:00") == "2026-11-22T14:00:00+08:00");
}

TEST_CASE("each view is asked for by its flag") {
    CHECK(options({"--list"}).request.kind == ReportKind::list);
    CHECK(options({"1", "--recipients"}).request.kind == ReportKind::recipients);
    const ReportOptions watched = options({"1", "--watch"});
    CHECK(watched.watch);
    CHECK(watched.request.kind == ReportKind::funnel);
    CHECK(options({"1", "--output", "f.html", "--format", "html"}).output_path == "f.html");
}

TEST_CASE("a state is taken in any case, of messages sent and not sent") {
    const ReportRequest sent = options({"1", "--stuck", "read_ack", "--older-than", "24h"}).request;
    CHECK(sent.kind == ReportKind::stuck);
    CHECK(sent.stuck_state == "READ_ACK");
    CHECK(sent.stuck_sent);
    CHECK(sent.older_than == std::chrono::hours(24));
    for (const char* const state : {"QUEUED", "SENDING", "FAILED", "UNCONFIRMED", "DROPPED"}) {
        const ReportRequest unsent = options({"latest", "--stuck", state}).request;
        CHECK(unsent.stuck_state == state);
        CHECK_FALSE(unsent.stuck_sent);
        CHECK(unsent.latest);
    }
}

TEST_CASE("blasts to compare are named one by one") {
    using Compared = std::vector<std::optional<std::int64_t>>;
    CHECK(options({"--compare", "1,2"}).request.compared == Compared{1, 2});
    CHECK(options({"--compare", "3,latest"}).request.compared == Compared{3, std::nullopt});
    CHECK(options({"--compare", "4"}).request.compared == Compared{4});
}

TEST_CASE("what cannot be meant is refused before anything is read") {
    struct Case {
        std::vector<std::string> arguments;
        std::string begins;
    };
    const std::vector<Case> cases{
        {{"x"}, "'x' is not a blast"},
        {{"0"}, "'0' is not a blast"},
        {{"-1"}, "'-1' is not a blast"},
        {{"1x"}, "'1x' is not a blast"},
        {{"99999999999999999999"}, "'99999999999999999999' is not a blast"},
        {{"1", "2"}, "unexpected argument '2'"},
        {{"1", "--list"}, "--list is of all blasts"},
        {{"--list", "--recipients"}, "--list and --recipients do not go together"},
        {{"1", "--stuck", "PENDING", "--recipients"}, "--stuck and --recipients do not"},
        {{"1", "--watch", "--list"}, "--list and --watch do not"},
        {{"--stuck", "PENDING"}, "--stuck needs a blast"},
        {{"--tag", "raya", "--stuck", "PENDING"}, "--stuck needs a blast"},
        {{"--recipients"}, "--recipients needs a blast"},
        {{"1", "--stuck", "REPLIED"}, "--stuck: nobody is stuck at 'REPLIED'"},
        {{"1", "--stuck", "SERVER_ACK"}, "--stuck: nobody is stuck at 'SERVER_ACK'"},
        {{"1", "--stuck", ""}, "--stuck needs a value"},
        {{"1", "--stuck", "PENDING", "--older-than", "soon"}, "--older-than: 'soon' is not"},
        {{"1", "--older-than", "24h"}, "--older-than goes with --stuck"},
        {{"1", "--compare", "1,2"}, "--compare takes its blasts alone"},
        {{"--compare", "1,2", "--tag", "raya"}, "--compare takes its blasts alone"},
        {{"--compare", "1,1"}, "--compare names a blast twice"},
        {{"--compare", "1,"}, "--compare: '' is not a blast"},
        {{"--compare", ""}, "--compare needs a value"},
        {{"--compare", "1,2,3,4,5,6,7,8,9"}, "--compare takes at most 8"},
        {{"--since", "2026-11-30", "--until", "2026-11-01"}, "--since is not before --until"},
        {{"--since", "tomorrow"}, "--since: 'tomorrow' is not a time"},
        {{"--format", "xml"}, "--format"},
        {{"1", "--stuck", "PENDING", "--format", "html"}, "--stuck cannot be shown as html"},
        {{"1", "--recipients", "--format", "svg"}, "--recipients cannot be shown as svg"},
        {{"--list", "--format", "svg"}, "--list cannot be shown as svg"},
        {{"--watch", "--format", "json"}, "--watch draws a table"},
        {{"--watch", "--output", "f"}, "--watch draws a table"}};
    for (const Case& wrong : cases) {
        CAPTURE(wrong.arguments);
        CHECK_THAT(refusal(wrong.arguments), StartsWith(wrong.begins));
    }
}

TEST_CASE("watching needs a terminal") {
    CHECK_THAT(refusal({"1", "--watch"}, false), StartsWith("--watch needs a terminal"));
}

TEST_CASE("help names every flag of the manual") {
    try {
        options({"--help"});
        FAIL("no help");
    } catch (const TextRequested& help) {
        for (const char* const flag :
             {"--tag", "--stage", "--since", "--until", "--device", "--list", "--stuck",
              "--older-than", "--recipients", "--compare", "--watch", "--format", "--output"}) {
            CHECK_THAT(help.what(), Contains(flag));
        }
    }
}
