#include "support/catch.hpp"
#include "support/sending.hpp"
#include "support/terminal_process.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using blast::test::Contains;
using blast::test::csv_of;
using blast::test::ProcessResult;
using blast::test::Sending;
using blast::test::TerminalProcess;
using blast::test::two_people;

namespace {

std::vector<std::string> asking(const std::string& csv) {
    return {"blast-send", "--csv", csv, "--message", "Hi {{name}}", "--tag", "t", "--rate", "max"};
}

/// blast-send at its question.
struct Asked {
    explicit Asked(Sending& sending, std::vector<std::string> command)
        : terminal(command, sending.environment, {}) {
        terminal.wait_for("[y/N] ");
    }

    ProcessResult answer(const std::string& keys) {
        terminal.type(keys);
        return terminal.wait();
    }

    TerminalProcess terminal;
};

} // namespace

TEST_CASE("While blast-send asks, the database has no transaction of it and nothing of the blast") {
    Sending sending;
    Asked asked(sending, asking(sending.folder.write("people.csv", two_people)));
    CHECK(sending.count("blasts") == "0");
    CHECK(sending.count("blast_outbox") == "0");
    CHECK(sending.count("blast_counters") == "0");
    CHECK(
        sending.count("pg_stat_activity WHERE datname = current_database() AND "
                      "application_name = 'blast' AND xact_start IS NOT NULL") == "0");
    CHECK(asked.answer("y\r").exit_code == 0);
    CHECK(sending.gateway.accepted() == 2);
    CHECK(sending.database.value("SELECT id FROM blasts") == "1");
}

TEST_CASE("While blast-send asks, another run of that tag goes on, and the first is then refused") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    Asked asked(sending, asking(csv));
    const ProcessResult second =
        sending.send({"--csv", csv, "--message", "x", "--tag", "t", "--rate", "max", "--yes"});
    INFO(second.err);
    CHECK(second.exit_code == 0);
    const ProcessResult first = asked.answer("y\r");
    CHECK(first.exit_code == 2);
    CHECK_THAT(first.out, Contains("are taken by blast 1"));
    CHECK(sending.gateway.accepted() == 2);
}

TEST_CASE("A file that changes before the answer is refused, and nothing is queued") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(3));
    Asked asked(sending, asking(csv));
    const std::string changed = GENERATE(
        "name,phone\nPerson 0,+60123000000\nPerson 1,+60123000001\nPerson 9,+60123000002\n",
        "name,phone\nPerson 0,+60123000000\n");
    std::ofstream(csv, std::ios::trunc) << changed;
    const ProcessResult result = asked.answer("y\r");
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.out, Contains("people.csv\" has changed since you were asked"));
    CHECK(sending.count("blasts") == "0");
    CHECK(sending.count("blast_outbox") == "0");
    CHECK(sending.gateway.accepted() == 0);
}

TEST_CASE("Who opts out before the answer is left out") {
    Sending sending;
    Asked asked(sending, asking(sending.folder.write("people.csv", csv_of(3))));
    REQUIRE(sending.run({"blast-admin", "opt-out", "add", "+60123000001"}).exit_code == 0);
    CHECK(asked.answer("y\r").exit_code == 0);
    CHECK(sending.gateway.accepted() == 2);
}

TEST_CASE(
    "A CSV that is typed or comes from a pipe is kept until the answer, in a file without a name") {
    Sending sending;
    const std::string temporary = sending.folder.path() + "/tmp";
    REQUIRE(mkdir(temporary.c_str(), S_IRWXU) == 0);
    sending.environment["TMPDIR"] = temporary;
    SECTION("typed") {
        TerminalProcess terminal(asking("-"), sending.environment, {});
        terminal.type("name,phone\rAli,+60123456789\r\x04");
        terminal.wait_for("Send 1 message(s)");
        terminal.wait_for("[y/N] ");
        CHECK(std::filesystem::is_empty(temporary));
        terminal.type("y\r");
        CHECK(terminal.wait().exit_code == 0);
        CHECK(sending.gateway.accepted() == 1);
    }
    SECTION("from a pipe with a name") {
        const std::string pipe = sending.folder.path() + "/people";
        REQUIRE(mkfifo(pipe.c_str(), S_IRUSR | S_IWUSR) == 0);
        TerminalProcess terminal(asking(pipe), sending.environment, {});
        std::ofstream(pipe) << two_people;
        terminal.wait_for("Send 2 message(s)");
        terminal.wait_for("[y/N] ");
        terminal.type("y\r");
        CHECK(terminal.wait().exit_code == 0);
        CHECK(sending.gateway.accepted() == 2);
    }
}

TEST_CASE("A refused question leaves no gap in the blasts' numbers") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", two_people);
    for (int i = 0; i < 2; ++i) {
        CHECK(Asked(sending, asking(csv)).answer("n\r").exit_code == 2);
    }
    CHECK(Asked(sending, asking(csv)).answer("y\r").exit_code == 0);
    CHECK(sending.database.value("SELECT id FROM blasts") == "1");
}
