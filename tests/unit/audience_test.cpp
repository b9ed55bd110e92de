#include "blast/intake/audience.hpp"

#include "blast/core/error.hpp"
#include "blast/intake/csv_reader.hpp"
#include "blast/intake/rejects_writer.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <sys/stat.h>

using blast::AudienceReader;
using blast::AudienceSettings;
using blast::InvalidRow;
using blast::MessageTemplate;
using blast::Recipient;
using blast::RejectsWriter;
using blast::UsageError;
using blast::test::Contains;
using blast::test::EndsWith;
using blast::test::read_file;
using blast::test::TemporaryFolder;

namespace {

const blast::PhoneParser& malaysia() {
    static const blast::PhoneParser parser("MY");
    return parser;
}

std::vector<MessageTemplate> templates(const std::vector<std::string>& texts) {
    std::vector<MessageTemplate> all;
    all.reserve(texts.size());
    for (const std::string& text : texts)
        all.emplace_back(text, "--message");
    return all;
}

/// What came of reading a CSV to its end.
struct Outcome {
    std::vector<Recipient> recipients;
    std::vector<InvalidRow> invalid;
    std::string error;
};

/// A CSV in a folder of its own, read as blast-send would.
class Csv {
public:
    explicit Csv(const std::string& content) {
        settings.csv_path = folder.write("a.csv", content);
        settings.skip_invalid = true;
    }

    Outcome read() const {
        Outcome outcome;
        try {
            AudienceReader reader(settings, malaysia(), messages);
            reader.on_invalid([&](const InvalidRow& row) { outcome.invalid.push_back(row); });
            Recipient recipient;
            while (reader.next(recipient))
                outcome.recipients.push_back(recipient);
        } catch (const UsageError& error) {
            outcome.error = error.what();
        }
        return outcome;
    }

    TemporaryFolder folder;
    AudienceSettings settings;
    std::vector<MessageTemplate> messages = templates({"Hi {{name}}"});
};

} // namespace

TEST_CASE("a row becomes a recipient with its E.164 number and its own columns as JSON") {
    const Outcome outcome =
        Csv("Name,Phone Number,Note\n\"Lee, \"\"Mei\"\"\",012-345 6789,\"a\\b\nc\"\nSiti,+60 13 345 6789,\n")
            .read();
    REQUIRE(outcome.recipients.size() == 2);
    CHECK(outcome.recipients[0].line == 2);
    CHECK(outcome.recipients[0].phone == "+60123456789");
    CHECK(
        outcome.recipients[0].variables_json ==
        R"({"Name":"Lee, \"Mei\"","Phone Number":"012-345 6789","Note":"a\\b\nc"})");
    CHECK(outcome.recipients[1].line == 4);
    CHECK(
        nlohmann::json::parse(outcome.recipients[1].variables_json) ==
        nlohmann::json({{"Name", "Siti"}, {"Phone Number", "+60 13 345 6789"}, {"Note", ""}}));
    CHECK(outcome.invalid.empty());
}

TEST_CASE(
    "with skip_invalid bad rows are told one by one, in the order of the file, and left out") {
    const Outcome outcome = Csv("name,phone\nAli,0123\nSiti,012-345 6789\nTan\nA,B,C\n"
                                "caf\xE9,0123456789\nMei,6.01E+10\nZul,0133456789\n")
                                .read();
    CHECK(outcome.error.empty());
    REQUIRE(outcome.recipients.size() == 2);
    CHECK(outcome.recipients[1].line == 8);
    REQUIRE(outcome.invalid.size() == 5);
    CHECK(outcome.invalid[0].line == 2);
    CHECK(outcome.invalid[0].reason == "\"0123\": too short for MY");
    CHECK(outcome.invalid[0].cells == std::vector<std::string>{"Ali", "0123"});
    CHECK(outcome.invalid[1].reason == "1 cell where the header has 2");
    CHECK(outcome.invalid[2].reason == "3 cells where the header has 2");
    CHECK_THAT(outcome.invalid[3].reason, Contains("not UTF-8"));
    CHECK_THAT(outcome.invalid[4].reason, Contains("format the column as text"));
}

TEST_CASE("a cell that was guarded for a spreadsheet goes into the message as it was") {
    Csv csv(
        "phone,note\n0123456789,'=1+1\n0123456780,'-2\n0123456781,'tis\n0123456782,'+60123456789\n");
    csv.messages = templates({"{{note}}"});
    const Outcome outcome = csv.read();
    std::vector<std::string> notes;
    for (const Recipient& recipient : outcome.recipients)
        notes.push_back(nlohmann::json::parse(recipient.variables_json)["note"]);
    CHECK(notes == std::vector<std::string>{"=1+1", "-2", "'tis", "'+60123456789"});
}

TEST_CASE("without skip_invalid the first bad row ends the recipients, and all are listed") {
    Csv csv("name,phone\nSiti,012-345 6789\nAli,0123\nMei,0133456789\nTan\n");
    csv.settings.skip_invalid = false;
    const Outcome outcome = csv.read();
    CHECK(outcome.recipients.size() == 1);
    CHECK(outcome.invalid.size() == 2);
    CHECK_THAT(
        outcome.error, Contains("a.csv: 2 of 4 rows cannot be sent to: mend them, or leave "
                                "them out with --skip-invalid\n"));
    CHECK_THAT(outcome.error, Contains("a.csv:3: \"0123\": too short for MY\n"));
    CHECK_THAT(outcome.error, Contains("a.csv:5: 1 cell where the header has 2"));
}

TEST_CASE("a long list of bad rows is cut short") {
    std::string content = "name,phone\n";
    for (int i = 0; i < 50; ++i)
        content += "Ali,0123\n";
    Csv csv(content);
    csv.settings.skip_invalid = false;
    const std::string error = csv.read().error;
    CHECK_THAT(error, Contains("50 of 50 rows"));
    CHECK_THAT(error, Contains("a.csv:21: ") && !Contains("a.csv:22: "));
    CHECK_THAT(error, EndsWith("\nand 30 more"));
}

TEST_CASE("hostile cells are shown escaped and shortened") {
    const Outcome outcome =
        Csv("name,phone\nAli,\"\x1b[2J" + std::string(300, 'x') + "\"\n").read();
    REQUIRE(outcome.invalid.size() == 1);
    CHECK_THAT(outcome.invalid[0].reason, Contains("\"\\x1b[2Jxxx") && Contains("...\""));
    CHECK(outcome.invalid[0].reason.size() < 150);
}

TEST_CASE("a quote that is never closed stops the run, whatever is skipped") {
    CHECK_THAT(
        Csv("name,phone\nSiti,0123456789\n\"Ali,0133456789\n").read().error,
        Contains("a.csv:3: a quote"));
}

TEST_CASE("the columns are checked before any row is read") {
    CHECK_THAT(
        Csv("name,city\nAli,Ipoh\n").read().error,
        Contains("no phone column") && Contains(R"("name", "city")"));
    Csv csv("name,phone,fon\nAli,0123,0123456789\n");
    csv.messages = templates({"Hi {{name}}", "{{Branch}}"});
    CHECK_THAT(
        csv.read().error,
        Contains("no column \"Branch\"") && Contains(R"("name", "phone", "fon")"));
    csv.messages = templates({"Hi {{NAME}}"});
    csv.settings.phone_column = "FON";
    REQUIRE(csv.read().recipients.size() == 1);
    CHECK(csv.read().recipients[0].phone == "+60123456789");
}

TEST_CASE("a message that would be empty or too long in any variant is its row's problem") {
    const std::string longest(65'530, 'x');
    Csv csv("name,phone\n,0123456789\nAli,0133456789\n" + longest + "yyyyyyyyy,0143456789\n");
    csv.messages = templates({"Hi {{name}}", "{{name}}"});
    const Outcome outcome = csv.read();
    REQUIRE(outcome.recipients.size() == 1);
    CHECK(outcome.recipients[0].phone == "+60133456789");
    REQUIRE(outcome.invalid.size() == 2);
    CHECK(outcome.invalid[0].reason == "the message is empty");
    CHECK_THAT(outcome.invalid[1].reason, Contains("the message has 65542 bytes"));
}

TEST_CASE("rows are counted") {
    const Csv csv("phone\n0123\n0123456789\n0133456789\n");
    const auto messages = templates({"Hi"});
    AudienceReader reader(csv.settings, malaysia(), messages);
    Recipient recipient;
    while (reader.next(recipient)) {
    }
    CHECK(reader.valid_rows() == 2);
    CHECK(reader.invalid_rows() == 1);
    CHECK(reader.columns() == std::vector<std::string>{"phone"});
    CHECK_THAT(reader.name(), Contains("a.csv"));
    CHECK_FALSE(reader.next(recipient));
}

TEST_CASE("rejected rows are written with their reason, and mended they are a CSV again") {
    Csv csv("name,phone\n\"Lee, \"\"Mei\"\"\",0123\nTan\nA,B,C\n=1+1,x\n");
    const std::string path = csv.folder.path() + "/rejects.csv";
    RejectsWriter rejects(path, csv.settings.csv_path, {"name", "phone"});
    for (const InvalidRow& row : csv.read().invalid)
        rejects.write(row);
    rejects.close();
    CHECK(
        read_file(path) == "name,phone,reason\n"
                           "\"Lee, \"\"Mei\"\"\",0123,\"\"\"0123\"\": too short for MY\"\n"
                           "Tan,,1 cell where the header has 2\n"
                           "A,\"B,C\",3 cells where the header has 2\n"
                           "=1+1,x,\"\"\"x\"\": not a phone number\"\n");
    csv.settings.csv_path = path;
    CHECK(csv.read().invalid.size() == 4);
}

TEST_CASE("a reason column that exists is filled anew") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/rejects.csv";
    {
        RejectsWriter rejects(path, "a.csv", {"Reason", "phone"});
        rejects.write({2, "too short", {"old", "0123"}});
    }
    CHECK(read_file(path) == "Reason,phone\ntoo short,0123\n");
}

TEST_CASE("the rejects file replaces an old one, is private, and is never the CSV itself") {
    const TemporaryFolder folder;
    const std::string csv = folder.write("a.csv", "phone\n012\n");
    const std::string old = folder.write("old.csv", std::string(1'000, 'x'));
    RejectsWriter(old, csv, {"phone"}).close();
    CHECK(read_file(old) == "phone,reason\n");
    const std::string fresh = folder.path() + "/fresh.csv";
    RejectsWriter(fresh, csv, {"phone"}).close();
    struct stat status = {};
    REQUIRE(::stat(fresh.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600U);
    CHECK_THROWS_WITH(
        RejectsWriter(folder.path() + "/./a.csv", csv, {"phone"}), Contains("the CSV itself"));
    CHECK(read_file(csv) == "phone\n012\n");
    CHECK_THROWS_WITH(
        RejectsWriter(folder.path() + "/none/x.csv", csv, {"phone"}),
        Contains("cannot write --rejects") && Contains("No such file"));
    CHECK_THROWS_AS(RejectsWriter(folder.path(), csv, {"phone"}), UsageError);
}

TEST_CASE("a full disk is an error of the rejects file") {
    RejectsWriter rejects("/dev/full", "a.csv", {"phone"});
    CHECK_THROWS_WITH(rejects.close(), Contains("No space left on device"));
}
