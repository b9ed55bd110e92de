#include "blast/report/blast_list.hpp"
#include "blast/report/comparison_picture.hpp"
#include "blast/report/funnel_picture.hpp"
#include "blast/report/markup.hpp"

#include "support/catch.hpp"

#include <regex>
#include <vector>

using namespace blast;
using blast::test::Approx;
using blast::test::Contains;

namespace {

const TimeZone zone("Asia/Kuala_Lumpur");
const WallTime afternoon(std::chrono::seconds(1'795'328'880));

BlastReport example() {
    BlastReport report;
    report.blasts = 1;
    report.blast = BlastHead{1, "raya-2026", "Initial", afternoon};
    report.counts.pending = 10;
    report.counts.delivery_ack = 60;
    report.counts.read_ack = 130;
    report.counts.replied = 50;
    return report;
}

BlastReport hostile() {
    BlastReport report = example();
    report.blast->tag = R"(<script>alert("1")</script>&'x)";
    report.blast->stage = "a\x1b[2J\x01";
    return report;
}

/// Whether every element that is opened is closed, in order. Enough of XML for what is written here.
bool well_formed(const std::string& markup) {
    static const std::regex tag(R"(<(/?)([a-zA-Z0-9]+)((?:[^<>"]|"[^"<]*")*?)(/?)>)");
    std::vector<std::string> open;
    for (std::sregex_iterator it(markup.begin(), markup.end(), tag), end; it != end; ++it) {
        const std::string name = (*it)[2];
        const bool closes = (*it)[1].length() > 0;
        const bool stands_alone = (*it)[4].length() > 0 || name == "meta" || name == "br";
        if (closes && (open.empty() || open.back() != name)) {
            return false;
        }
        if (closes) {
            open.pop_back();
        } else if (!stands_alone) {
            open.push_back(name);
        }
    }
    return open.empty();
}

std::vector<double> band_widths(const std::string& svg) {
    static const std::regex band(R"x(<rect x="[^"]*" y="[^"]*" width="([0-9.]+)")x");
    std::vector<double> widths;
    for (std::sregex_iterator it(svg.begin(), svg.end(), band), end; it != end; ++it) {
        widths.push_back(std::stod((*it)[1]));
    }
    return widths;
}

/// No address but the names of namespaces: nothing is fetched from elsewhere, nothing is run.
void check_self_contained(const std::string& markup) {
    CHECK_THAT(markup, !Contains("<script"));
    CHECK_THAT(markup, !Contains("<link"));
    CHECK_THAT(markup, !Contains("url("));
    CHECK_THAT(markup, !Contains("@import"));
    CHECK_THAT(markup, !Contains("src="));
    CHECK_THAT(markup, !Contains("href="));
}

} // namespace

TEST_CASE("the bands of the picture are as wide as the shares of sent") {
    const std::vector<double> widths = band_widths(funnel_svg(example(), zone));
    REQUIRE(widths.size() == 4);
    CHECK(widths[1] / widths[0] == Approx(0.96));
    CHECK(widths[2] / widths[0] == Approx(0.72));
    CHECK(widths[3] / widths[0] == Approx(0.20));
}

TEST_CASE("the picture says its numbers in text, and what was lost between stages") {
    const std::string svg = funnel_svg(example(), zone);
    CHECK(svg.find("<svg xmlns=\"http://www.w3.org/2000/svg\" ") == 0);
    CHECK(well_formed(svg));
    CHECK_THAT(svg, Contains(">raya-2026 / Initial</text>"));
    CHECK_THAT(svg, Contains(">240</text>"));
    CHECK_THAT(svg, Contains(">72.0%</text>"));
    CHECK_THAT(svg, Contains(">\u221260 (\u221225.0%) delivered, not read</text>"));
    CHECK_THAT(svg, Contains("aria-label=\"raya-2026 / Initial: Sent 250 Received 240"));
    CHECK_THAT(svg, Contains("prefers-color-scheme: dark"));
    // librsvg, LibreOffice and others draw black what has its colour from a custom property.
    CHECK_THAT(svg, !Contains("var("));
    CHECK_THAT(svg, Contains("fill=\"#1f4e8c\""));
    check_self_contained(svg);
}

TEST_CASE("the page has the figures, the picture and the tables") {
    BlastReport report = example();
    report.seconds_to.delivered = {4, 31};
    const std::string html = funnel_html(report, zone, afternoon + std::chrono::hours(1));
    CHECK(html.find("<!DOCTYPE html>") == 0);
    CHECK(well_formed(html.substr(html.find('\n'))));
    CHECK_THAT(html, Contains("<title>raya-2026 / Initial</title>"));
    CHECK_THAT(html, Contains("<b>180</b><span>72.0% of sent</span>"));
    CHECK_THAT(html, Contains("<svg viewBox="));
    CHECK_THAT(
        html,
        Contains("DELIVERY_ACK<small>delivered, not read</small></th><td class=\"number\">60<"));
    CHECK_THAT(html, Contains("<td class=\"number\">31s</td>"));
    CHECK_THAT(html, Contains("As of 2026-11-22 15:28 (Asia/Kuala_Lumpur)"));
    CHECK_THAT(html, Contains("@media print"));
    check_self_contained(html);
}

TEST_CASE("what a tag says is shown and not done") {
    for (const std::string& markup :
         {funnel_html(hostile(), zone, afternoon), funnel_svg(hostile(), zone)}) {
        CHECK_THAT(markup, !Contains("<script>alert"));
        CHECK_THAT(
            markup, Contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;x"));
        CHECK_THAT(markup, Contains("a\\x1b[2J\\x01"));
    }
}

TEST_CASE("a blast of which nothing is sent is a picture without bands") {
    BlastReport report = example();
    report.counts = {};
    const std::string svg = funnel_svg(report, zone);
    CHECK(well_formed(svg));
    for (const double width : band_widths(svg)) {
        CHECK(width == 0);
    }
}

TEST_CASE("numbers are grouped for people") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1000) == "1,000");
    CHECK(grouped(1'234'567) == "1,234,567");
    CHECK(grouped(-1000) == "-1,000");
    CHECK(grouped(-100) == "-100");
}

TEST_CASE("a comparison is a picture and a page of its own") {
    ComparedArm first{"A", *example().blast, std::nullopt, "", example().counts};
    ComparedArm second{"B", *hostile().blast, std::nullopt, "", example().counts};
    second.counts.replied = 100;
    const std::string svg = comparison_svg({first, second});
    CHECK(well_formed(svg));
    CHECK_THAT(svg, !Contains("var("));
    CHECK_THAT(
        svg, Contains(">B: +13.3 points, the difference is unlikely to be chance (p &lt; 0.001)<"));
    static const std::regex verdict_line(R"x(y="([0-9.]+)"[^>]*>B: )x");
    static const std::regex bar(R"x(<rect x="160" y="([0-9.]+)")x");
    const auto tops = [&svg](const std::regex& pattern) {
        std::vector<double> found;
        for (std::sregex_iterator it(svg.begin(), svg.end(), pattern), end; it != end; ++it) {
            found.push_back(std::stod((*it)[1]));
        }
        return found;
    };
    REQUIRE(tops(bar).size() == 6);
    REQUIRE(tops(verdict_line).size() == 3);
    CHECK(tops(verdict_line)[0] > tops(bar)[1]);
    CHECK(tops(verdict_line)[0] < tops(bar)[2]);
    CHECK_THAT(svg, !Contains("<script"));
    const std::string html = comparison_html({first, second}, zone, afternoon);
    CHECK(well_formed(html.substr(html.find('\n'))));
    CHECK_THAT(html, Contains("is unlikely to be chance"));
    check_self_contained(html);
}

TEST_CASE("in a comparison a count keeps clear of 100.0% beside it") {
    ComparedArm all{"A", *example().blast, std::nullopt, "", {}};
    all.counts.replied = 8;
    const std::string svg = comparison_svg({all, all});
    const auto right_end = [&svg](const std::string& text) {
        const std::regex label("<text x=\"([0-9.]+)\"[^>]*>" + text + "<");
        std::smatch found;
        REQUIRE(std::regex_search(svg, found, label));
        return std::stod(found[1]);
    };
    constexpr double widest_character = 0.65 * 16; // bold digits of common fonts, at its size
    const double percentage_start = right_end("100[.]0%") - 6 * widest_character;
    CHECK(right_end("8") < percentage_start - 5);
}

TEST_CASE("the list of blasts is a page too, and no picture") {
    class TextOutput final : public Output {
    public:
        void write(std::string_view part) override { text += part; }
        void finish() override {}
        std::string text;
    };
    TextOutput output;
    const auto writer = make_blast_list_writer(ReportFormat::html, output, {}, zone);
    writer->add({{*hostile().blast, example().counts, {}}});
    writer->end();
    CHECK(well_formed(output.text.substr(output.text.find('\n'))));
    CHECK_THAT(output.text, Contains("240<small>96.0%</small>"));
    check_self_contained(output.text);
    CHECK_THROWS_AS(
        make_blast_list_writer(ReportFormat::svg, output, {}, zone), std::invalid_argument);
}
