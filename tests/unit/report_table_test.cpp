#include "blast/report/comparison_text.hpp"
#include "blast/report/funnel_table.hpp"
#include "blast/report/terminal_text.hpp"
#include "blast/report/text_table.hpp"

#include "support/catch.hpp"

#include <sstream>

using namespace blast;
using blast::test::Contains;

namespace {

BlastReport example() {
    BlastReport report;
    report.blasts = 1;
    report.blast =
        BlastHead{1, "raya-2026", "Initial", WallTime(std::chrono::seconds(1'795'328'880))};
    report.counts.pending = 10;
    report.counts.delivery_ack = 60;
    report.counts.read_ack = 130;
    report.counts.replied = 50;
    report.counts.undeliverable = 2;
    report.counts.failed = 1;
    report.counts.unconfirmed = 1;
    report.counts.dropped = 1;
    report.seconds_to = {{4, 31}, {2280, 39'600}, {7800, 86'400}};
    report.replied_without_receipt = 3;
    return report;
}

std::string drawn(const BlastReport& report, const TextStyle& style) {
    return '\n' + funnel_table(report, style, TimeZone("Asia/Kuala_Lumpur"));
}

int widest_line(const std::string& text) {
    std::istringstream lines(text);
    int widest = 0;
    for (std::string line; std::getline(lines, line);) {
        widest = std::max(widest, display_width(line));
    }
    return widest;
}

} // namespace

TEST_CASE("the funnel is drawn in plain ASCII where it is piped") {
    CHECK(drawn(example(), {80, false, false, false}) == R"(
raya-2026 / Initial                                    blast 1, 2026-11-22 14:28
253 recipients: 250 sent, 1 failed, 1 unconfirmed, 1 dropped

  Sent      #######################################################  250  100.0%
            v -10  -4.0%  PENDING: not delivered yet, 2 undeliverable
  Received  #####################################################    240   96.0%
            v -60  -25.0%  DELIVERY_ACK: delivered, not read
  Read      ########################################                 180   72.0%
            v -130  -72.2%  READ_ACK: read, no reply
  Replied   ###########                                               50   20.0%

             half within  9 in 10 within
  Delivered  4s           31s
  Read       38m 00s      11h 00m
  Replied    2h 10m       1d 0h

  3 replied without a read receipt: counted as read.
  1 may or may not have been sent: blast-report 1 --stuck UNCONFIRMED lists
  them.
)");
}

TEST_CASE("the funnel is drawn with eighths of blocks in a UTF-8 terminal") {
    BlastReport report = example();
    report.seconds_to = {};
    report.replied_without_receipt = 0;
    report.counts.unconfirmed = 0;
    CHECK(drawn(report, {60, true, false, true}) == R"(
raya-2026 / Initial                blast 1, 2026-11-22 14:28
252 recipients: 250 sent, 1 failed, 1 dropped

  Sent      ███████████████████████████████████  250  100.0%
            ↓ -10  -4.0%  PENDING: not delivered yet, 2 und…
  Received  █████████████████████████████████▋   240   96.0%
            ↓ -60  -25.0%  DELIVERY_ACK: delivered, not read
  Read      █████████████████████████▎           180   72.0%
            ↓ -130  -72.2%  READ_ACK: read, no reply
  Replied   ███████                               50   20.0%
)");
}

TEST_CASE("no line is wider than the terminal, whatever the title") {
    BlastReport report = example();
    report.blast->tag =
        "a-very-long-tag-that-someone-made-with-a-date-and-a-campaign-name-2026-11-22";
    report.blast->stage = "吉隆坡";
    report.counts.replied = 123'456'789;
    for (int width = 40; width <= 200; ++width) {
        INFO("width " << width);
        CHECK(
            widest_line(funnel_table(report, {width, true, false, true}, TimeZone("UTC"))) <=
            width);
    }
}

TEST_CASE("a terminal too narrow for a picture gets the narrowest there is") {
    CHECK(drawn(example(), {5, false, false, true}) == drawn(example(), {40, false, false, true}));
}

TEST_CASE("colour is used only where it is asked for") {
    CHECK_THAT(drawn(example(), {80, true, false, true}), !Contains("\x1b"));
    CHECK_THAT(drawn(example(), {80, true, true, true}), Contains("\x1b[34m█"));
}

TEST_CASE("terminal commands in a tag do not reach the terminal") {
    BlastReport report = example();
    report.blast->tag = "evil\x1b[2J";
    CHECK_THAT(drawn(report, {80, true, false, true}), Contains("evil\\x1b[2J"));
}

TEST_CASE("several blasts are shown together, without the name of one") {
    BlastReport report = example();
    report.blast.reset();
    report.blasts = 12;
    CHECK_THAT(drawn(report, {80, false, false, false}), Contains("\n12 blasts together\n253 rec"));
}

TEST_CASE("sales add a stage to the picture") {
    BlastReport report = example();
    report.counts.closed = 12;
    const std::string text = drawn(report, {80, false, false, false});
    CHECK_THAT(text, Contains("  Closed    ###"));
    CHECK_THAT(text, Contains("v -38  -76.0%  no sale"));
}

TEST_CASE("a reader is told of leases that ran out") {
    BlastReport report = example();
    report.counts.sending = 3;
    report.expired_leases = 3;
    CHECK_THAT(
        drawn(report, {200, false, false, false}),
        Contains("3 of those sending belong to a sender that died: blast-send --resume 1 "));
}

TEST_CASE("a bar shows some for more than none, and never all for less") {
    CHECK(text_bar(0, 4, true) == "    ");
    CHECK(text_bar(0.0001, 4, true) == "▏   ");
    CHECK(text_bar(0.9999, 4, true) == "███▉");
    CHECK(text_bar(1, 4, true) == "████");
    CHECK(text_bar(7, 4, true) == "████");
    CHECK(text_bar(0.0001, 4, false) == "#   ");
    CHECK(text_bar(0.9999, 4, false) == "### ");
}

TEST_CASE("text is measured, cut and wrapped by the columns that it takes") {
    CHECK(display_width("Aminah") == 6);
    CHECK(display_width("陈美玲") == 6);
    CHECK(display_width("e\xCC\x81") == 1); // e and a combining accent
    CHECK(display_width("\xFF") == 1);
    CHECK(fitted("陈美玲", 5, true) == "陈美…");
    CHECK(fitted("陈美玲", 5, false) == "陈...");
    CHECK(fitted("陈美玲", 4, false) == "...");
    CHECK(fitted("Aminah", 1, true) == "…");
    CHECK(fitted("Aminah", 2, false) == "..");
    CHECK(fitted("Aminah", 0, true).empty());
    CHECK(fitted("Aminah", 6, true) == "Aminah");
    CHECK(padded_right("陈", 4) == "陈  ");
    CHECK(padded_left("12", 4) == "  12");
    CHECK(wrapped("one two three", 7, 2) == "one two\n  three");
    CHECK(wrapped("", 7, 2).empty());
}

TEST_CASE("a table keeps the first page's widths on later pages and has one heading") {
    TextTable table({{"ID", true}, {"NAME"}, {"CITY"}}, {80, false, false, false});
    CHECK(table.take_page().empty());
    table.add_row({"1", "Aminah binti Ali", "KL"});
    table.add_row({"20", "Tan", "Ipoh"});
    CHECK(
        table.take_page() == "ID NAME             CITY\n"
                             " 1 Aminah binti Ali KL\n"
                             "20 Tan              Ipoh\n");
    table.add_row({"3", "Raj", "Kuching"});
    CHECK(table.take_page() == " 3 Raj              Kuching\n");
}

TEST_CASE("a table shows names of any script, and no commands for the terminal") {
    TextTable table({{"NAME"}, {"CITY"}}, {80, true, false, false});
    table.add_row({"陈美玲", "吉隆坡"});
    table.add_row({"x\x1b[2J", "a\nb"});
    CHECK(
        table.take_page() == "NAME     CITY\n"
                             "陈美玲   吉隆坡\n"
                             "x\\x1b[2J a\\nb\n");
}

TEST_CASE("a table is cut to the terminal, and each cell that is cut says so") {
    TextTable table({{"NAME", false, true}, {"SENT", true}}, {20, true, false, true});
    table.add_row({"a name that is much too long for it", "250"});
    table.add_row({"b", "1"});
    CHECK(
        table.take_page() == "NAME            SENT\n"
                             "a name that is…  250\n"
                             "b                  1\n");
    table.add_row({"陈美玲陈美玲陈美玲陈美玲", "2"});
    table.add_row({"fifteen columns", "3"});
    CHECK(
        table.take_page() == "陈美玲陈美玲陈…    2\n"
                             "fifteen columns    3\n");
}

TEST_CASE("a terminal without UTF-8 gets its ellipsis in dots") {
    TextTable table({{"NAME", false, true}, {"SENT", true}}, {20, false, false, true});
    table.add_row({"a name that is much too long for it", "250"});
    CHECK(
        table.take_page() == "NAME            SENT\n"
                             "a name that ...  250\n");
}

TEST_CASE("the widest columns of a table give way first, and share what is left") {
    CHECK(fair_widths({{13, 13}, {4, 30}, {4, 16}, {6, 40}}, 200) == std::vector{13, 30, 16, 40});
    CHECK(fair_widths({{13, 13}, {4, 30}, {4, 16}, {6, 40}}, 80) == std::vector{13, 26, 16, 25});
    CHECK(fair_widths({{13, 13}, {4, 30}, {4, 16}, {6, 40}}, 40) == std::vector{13, 9, 9, 9});
    CHECK(fair_widths({{13, 13}, {4, 30}, {9, 16}, {6, 40}}, 35) == std::vector{13, 7, 9, 6});
    CHECK(fair_widths({{13, 13}, {4, 30}, {4, 16}, {6, 40}}, 20) == std::vector{13, 4, 4, 6});
    CHECK(fair_widths({}, 80).empty());
}

TEST_CASE("a column that says more is given more of the room, not more than it needs") {
    const std::vector<TextColumn> columns{{"CITY", false, true}, {"REASON", false, true, 2}};
    TextTable table(columns, {22, true, false, true});
    table.add_row({"Kuala Terengganu", "Number is not registered"});
    CHECK(
        table.take_page() == "CITY    REASON\n"
                             "Kuala … Number is not…\n");
    TextTable brief(columns, {22, true, false, true});
    brief.add_row({"Kuala Terengganu", "expired"});
    CHECK(
        brief.take_page() == "CITY           REASON\n"
                             "Kuala Terengg… expired\n");
}

TEST_CASE("what is piped is never cut, on no page") {
    TextTable table({{"NAME", false, true}, {"CITY"}}, {20, true, false, false});
    table.add_row({"a name that is too long", "KL"});
    CHECK(
        table.take_page() == "NAME                    CITY\n"
                             "a name that is too long KL\n");
    table.add_row({"a name that is much too long for it", "Ipoh"});
    CHECK(table.take_page() == "a name that is much too long for it Ipoh\n");
}

TEST_CASE("two blasts are compared side by side, with what the difference is worth") {
    ComparedArm first;
    first.name = "A";
    first.blast = {1, "raya-2026", "Initial", WallTime()};
    first.counts = example().counts;
    ComparedArm second = first;
    second.name = "B";
    second.blast.id = 2;
    second.blast.stage = "Follow up";
    second.counts.replied = 90;
    second.counts.read_ack = 90;
    const std::string text = '\n' + comparison_table({first, second}, {60, false, false, false});
    CHECK(text == R"(
A  blast 1, raya-2026 / Initial                     250 sent
B  blast 2, raya-2026 / Follow up                   250 sent

Received  A ##################################   240   96.0%
          B ##################################   240   96.0%
          B against A: +0.0 points (95%: -3.7 to +3.7):
          there is no difference

Read      A #########################            180   72.0%
          B #########################            180   72.0%
          B against A: +0.0 points (95%: -7.8 to +7.8):
          there is no difference

Replied   A #######                               50   20.0%
          B #############                         90   36.0%
          B against A: +16.0 points (95%: +8.2 to +23.6):
          the difference is unlikely to be chance
          (p < 0.001)
)");
    for (int width = 40; width <= 160; width += 10) {
        CHECK(widest_line(comparison_table({first, second}, {width, true, false, true})) <= width);
    }
}
