#include "blast/intake/csv_reader.hpp"

#include "blast/core/csv_writer.hpp"
#include "blast/core/error.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"

#include <rapidcheck/catch.h>

using blast::CsvReader;
using blast::CsvRow;
using blast::UsageError;
using blast::test::Contains;
using blast::test::TemporaryFolder;
using Cells = std::vector<std::string>;

namespace {

/// A CSV file in a folder of its own.
class CsvFile {
public:
    explicit CsvFile(const std::string& content) : path_(folder_.write("a.csv", content)) {}

    const std::string& path() const { return path_; }
    CsvReader reader() const { return CsvReader(path_); }
    std::vector<CsvRow> rows() const {
        CsvReader reader(path_);
        std::vector<CsvRow> rows;
        CsvRow row;
        while (reader.next(row))
            rows.push_back(row);
        return rows;
    }

private:
    TemporaryFolder folder_;
    std::string path_;
};

std::vector<Cells> cells_of(const std::string& content) {
    std::vector<Cells> all;
    for (const CsvRow& row : CsvFile(content).rows())
        all.push_back(row.cells);
    return all;
}

std::vector<std::uint64_t> lines_of(const std::string& content) {
    std::vector<std::uint64_t> lines;
    for (const CsvRow& row : CsvFile(content).rows())
        lines.push_back(row.line);
    return lines;
}

/// The error with which reading the whole file ends.
std::string error_of(const std::string& content) {
    try {
        (void)CsvFile(content).rows();
    } catch (const UsageError& error) {
        return error.what();
    }
    return "no error";
}

} // namespace

TEST_CASE("a plain file gives its header and rows with their lines") {
    const CsvFile file("name,phone\nAli,012\nSiti,013\n");
    CHECK(file.reader().columns() == Cells{"name", "phone"});
    const auto rows = file.rows();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].line == 2);
    CHECK(rows[0].cells == Cells{"Ali", "012"});
    CHECK(rows[0].problem.empty());
    CHECK(rows[1].line == 3);
    CHECK(rows[1].cells == Cells{"Siti", "013"});
}

TEST_CASE("the delimiter is the one that the header has most of, outside quotes") {
    CHECK(CsvFile("a,b;c,d\n").reader().delimiter() == ',');
    CHECK(CsvFile("a;b,c;d\n").reader().delimiter() == ';');
    CHECK(CsvFile("a\tb\n1,2,3\t4;5;6\n").reader().delimiter() == '\t');
    CHECK(CsvFile("\"a,b,c\";d\n").reader().columns() == Cells{"a,b,c", "d"});
    CHECK(CsvFile("\n\n\"x\ny,,\";d\n").reader().delimiter() == ';');
    CHECK(CsvFile("phone\n1,2\n").reader().delimiter() == ',');
    CHECK(cells_of("a;b\n1,5;2\n") == std::vector<Cells>{{"1,5", "2"}});
    CHECK(cells_of("a\tb\n\t2\n1\t\n") == std::vector<Cells>{{"", "2"}, {"1", ""}});
}

TEST_CASE("a byte order mark and CR LF are understood") {
    const CsvFile file("\xEF\xBB\xBFname,phone\r\nAli,012\r\n\r\nSiti,013");
    CHECK(file.reader().columns() == Cells{"name", "phone"});
    const auto rows = file.rows();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].cells == Cells{"Ali", "012"});
    CHECK(rows[1].line == 4);
    CHECK(rows[1].cells == Cells{"Siti", "013"});
    CHECK(cells_of("\xEF\xBB\xBF\"name\",phone\n1,2\n") == std::vector<Cells>{{"1", "2"}});
}

TEST_CASE("quoted cells hold delimiters, quotes and line breaks, and blanks are kept") {
    CHECK(
        cells_of("a,b\n\"Lee, Mei\",\"say \"\"hi\"\"\"\n\"x\r\ny\",\"\"\n  p , q\n") ==
        std::vector<Cells>{{"Lee, Mei", "say \"hi\""}, {"x\r\ny", ""}, {"  p ", " q"}});
}

TEST_CASE("lines are physical ones: blank lines and line breaks in cells count") {
    CHECK(lines_of("a,b\n\n1,2\n\n\n3,4\n") == std::vector<std::uint64_t>{3, 6});
    CHECK(lines_of("a,b\r\n\r\n1,2\r\n \t\r\n3,4") == std::vector<std::uint64_t>{3, 5});
    CHECK(lines_of("\n\n\"a\nx\",b\n1,\"2\n3\r\n4\"\n5,6\n") == std::vector<std::uint64_t>{5, 8});
    CHECK(lines_of("a,b\r1,2\r\r3,4\r") == std::vector<std::uint64_t>{2, 4});
}

TEST_CASE("the last row needs no line end") {
    CHECK(cells_of("a,b\n1,2") == std::vector<Cells>{{"1", "2"}});
    CHECK(cells_of("a,b\n1,\"2\"") == std::vector<Cells>{{"1", "2"}});
    CHECK(cells_of("a,b\n1,") == std::vector<Cells>{{"1", ""}});
    CHECK(cells_of("a,b").empty());
}

TEST_CASE("a single column is a CSV too") {
    CHECK(cells_of("phone\n012\n\n013\n\"\"\n") == std::vector<Cells>{{"012"}, {"013"}, {""}});
}

TEST_CASE("a ragged row is that row's problem alone") {
    const auto rows = CsvFile("a,b\n1\n1,2,3\n1,2\n,,,\n").rows();
    REQUIRE(rows.size() == 4);
    CHECK(rows[0].problem == "1 cell where the header has 2");
    CHECK(rows[1].problem == "3 cells where the header has 2");
    CHECK(rows[1].cells == Cells{"1", "2", "3"});
    CHECK(rows[2].problem.empty());
    CHECK(rows[3].problem == "4 cells where the header has 2");
}

TEST_CASE("bytes that are not UTF-8, and NUL bytes, are that row's problem alone") {
    const auto rows = CsvFile(std::string("a,b\n1,caf\xE9\n1,caf\xC3\xA9\n\0,2\n1,2\n", 27)).rows();
    REQUIRE(rows.size() == 4);
    CHECK_THAT(rows[0].problem, Contains("not UTF-8"));
    CHECK(rows[0].line == 2);
    CHECK(rows[1].problem.empty());
    CHECK_THAT(rows[2].problem, Contains("NUL"));
    CHECK(rows[3].problem.empty());
}

TEST_CASE("a quote that is never closed is fatal, with the line where its row starts") {
    CHECK_THAT(
        error_of("a,b\n1,2\n3,\"4\n5,6\n"),
        Contains("a.csv:3: a quote") && Contains("never closed"));
    CHECK_THAT(error_of("a,\"b\n1,2\n"), Contains("a.csv:1: a quote"));
}

TEST_CASE("quotes where RFC 4180 allows none are fatal, with their line") {
    CHECK_THAT(
        error_of("a,b\n1,2\n3,4 \"x\" 5\n"),
        Contains("a.csv:3: a quote stands in the middle of a cell"));
    CHECK_THAT(error_of("a,b\n1,2\n\"3\"x,4\n"), Contains("a.csv:3: text follows a closing quote"));
    CHECK_THAT(error_of("a,b\n1, \"2\"\n"), Contains("a.csv:2: a quote stands in the middle"));
}

TEST_CASE("rows before a fatal fault are handed out first") {
    const CsvFile file("a,b\n1,2\n3,4\"5\n");
    CsvReader reader = file.reader();
    CsvRow row;
    CHECK(reader.next(row));
    CHECK(row.cells == Cells{"1", "2"});
    CHECK_THROWS_AS(reader.next(row), UsageError);
    CHECK_THROWS_AS(reader.next(row), UsageError);
}

TEST_CASE("a row of more than 1 MiB is fatal, a long one below is not") {
    const std::string text(1'000'000, 'x');
    CHECK(cells_of("a,b\n1," + text + "\n2,3\n") == std::vector<Cells>{{"1", text}, {"2", "3"}});
    CHECK_THAT(
        error_of("a,b\n1,2\n1," + text + text + "\n"), Contains("a.csv:3") && Contains("1048576"));
    CHECK_THAT(
        error_of("a,b\n1,2\n1,\"" + text + text + "\n"), Contains("a.csv:3") && Contains("quote"));
    CHECK_THAT(error_of("a,b\n1,2\n" + std::string(1'000'000, ',') + "\n"), Contains("a.csv:3"));
    CHECK_THAT(error_of(text + text), Contains("a.csv:1"));
}

TEST_CASE("a file without a header is refused") {
    for (const char* content : {"", "\n", "\r\n \n", "\xEF\xBB\xBF", "\xEF\xBB\xBF\n"}) {
        INFO(content);
        CHECK_THAT(error_of(content), Contains("a.csv: no header row"));
    }
}

TEST_CASE("a header that cannot be used is refused with its line") {
    CHECK_THAT(
        error_of("\n\nname,NAME\n"), Contains("a.csv:3: columns 1 and 2 have the same name"));
    CHECK_THAT(
        error_of("caf\xE9,b\n"), Contains("a.csv:1: the header has bytes that are not UTF-8"));
    CHECK_THAT(error_of(std::string("name\0,b\n", 8)), Contains("a.csv:1: the header has NUL"));
    CHECK_THAT(error_of(std::string(2'000, ',') + "\n"), Contains("a.csv:1: 2001 columns"));
    CHECK(CsvFile("phone,,\n").reader().columns() == Cells{"phone", "column_2", "column_3"});
}

TEST_CASE("UTF-16 is refused with advice") {
    using namespace std::string_literals;
    CHECK_THAT(error_of("\xFF\xFEp\0h\0\n\0"s), Contains("UTF-16") && Contains("CSV UTF-8"));
    CHECK_THAT(error_of("\xFE\xFF\0p\0h\0\n"s), Contains("UTF-16"));
    CHECK_THAT(error_of("p\0h\0\n\0"s), Contains("UTF-16"));
    CHECK_THAT(error_of("\0p\0h\0\n"s), Contains("UTF-16"));
}

TEST_CASE("a file that cannot be read is refused, saying why") {
    const TemporaryFolder folder;
    CHECK_THROWS_WITH(
        CsvReader(folder.path() + "/none.csv"), Contains("none.csv\": No such file or directory"));
    CHECK_THROWS_WITH(CsvReader(folder.path()), Contains("Is a directory"));
    CHECK_THROWS_AS(CsvReader(folder.path()), UsageError);
    CHECK_THROWS_AS(CsvReader(""), UsageError);
}

TEST_CASE("rows that cross the edges of blocks come out whole, with the right lines") {
    for (std::size_t width = 1; width < 40; width += 3) {
        std::string content = "a,b\n";
        std::vector<Cells> expected;
        std::uint64_t line = 2;
        std::vector<std::uint64_t> lines;
        while (content.size() < 200'000) {
            expected.push_back(
                {std::string(width, 'x') + "\n" + std::to_string(line),
                 "é\"" + std::to_string(width)});
            content += blast::csv_row(expected.back());
            lines.push_back(line);
            line += 2;
        }
        CHECK(cells_of(content) == expected);
        CHECK(lines_of(content) == lines);
    }
}

TEST_CASE("what csv_row writes, CsvReader reads") {
    rc::prop("for any cells of UTF-8", [](const std::vector<std::vector<std::u32string>>& drawn) {
        std::string content = "a,b,c\n";
        std::vector<Cells> expected;
        for (const auto& drawn_cells : drawn) {
            Cells cells(3);
            for (std::size_t i = 0; i < cells.size() && i < drawn_cells.size(); ++i)
                for (const char32_t code_point : drawn_cells[i])
                    cells[i] += static_cast<char>(' ' + code_point % 95U);
            expected.push_back(cells);
            content += blast::csv_row(cells);
        }
        RC_ASSERT(cells_of(content) == expected);
    });
    rc::prop("for cells of the bytes that matter", [] {
        const auto cell =
            rc::gen::container<std::string>(rc::gen::elementOf(std::string("\"\",;\t\r\n x'")));
        const auto table =
            *rc::gen::container<std::vector<Cells>>(rc::gen::container<Cells>(3, cell));
        std::string content = "a,b,c\n";
        for (const Cells& cells : table)
            content += blast::csv_row(cells);
        RC_ASSERT(cells_of(content) == table);
    });
}

TEST_CASE("any bytes are read or refused") {
    rc::prop("for the bytes that matter", [] {
        const auto content = *rc::gen::container<std::string>(
            rc::gen::elementOf(std::string("\"\"\",;\t\r\nab \xC3\xA9\xFF\0", 15)));
        (void)error_of(content);
    });
}
