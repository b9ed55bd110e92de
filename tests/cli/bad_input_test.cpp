// What blast-send refuses at once, with exit 2 and nothing changed.
#include "support/catch.hpp"
#include "support/sending.hpp"

#include <sys/stat.h>

using blast::test::Contains;
using blast::test::is_one_line;
using blast::test::ProcessResult;
using blast::test::run;
using blast::test::Sending;
using blast::test::StartsWith;
using blast::test::two_people;

namespace {

/// A command line that is right but for what is added.
std::vector<std::string> send_to(const std::string& csv, const std::vector<std::string>& more) {
    std::vector<std::string> command{"blast-send", "--csv", csv, "--yes"};
    command.insert(command.end(), more.begin(), more.end());
    return command;
}

void check_refused(
    Sending& sending, const std::vector<std::string>& more, const std::string& words) {
    const std::string csv = sending.folder.write("people.csv", two_people);
    const ProcessResult refused = run(send_to(csv, more), sending.environment);
    CAPTURE(more);
    CHECK(refused.exit_code == 2);
    CHECK_THAT(refused.err, Contains(words));
    CHECK(sending.count("blasts") == "0");
    CHECK(sending.gateway.accepted() == 0);
}

} // namespace

TEST_CASE("A tag without a letter or a digit is refused") {
    Sending sending;
    for (const char* const tag : {" ", "---", "\xF0\x9F\x8E\x89"}) {
        check_refused(sending, {"--message", "x", "--tag", tag}, "has no letter and no digit");
    }
    const std::string csv = sending.folder.write("people.csv", two_people);
    const ProcessResult sent =
        run(send_to(csv, {"--message", "x", "--tag", "\xE6\x98\xA5", "--rate", "max"}),
            sending.environment);
    INFO(sent.err);
    CHECK(sent.exit_code == 0);
}

TEST_CASE("A time whose offset no zone has is refused") {
    Sending sending;
    for (const char* const time : {"2126-11-22T14:28+99:00", "2126-11-22T14:28-14:01"}) {
        check_refused(
            sending, {"--message", "x", "--tag", "t", "--at", time},
            std::string("--at: '") + time + "' is not a time");
    }
}

TEST_CASE("The file of the message is not written over by --rejects") {
    Sending sending;
    const std::string text = "Hi {{name}}";
    const std::string message = sending.folder.write("message.txt", text);
    const std::string other_name = sending.folder.path() + "/./message.txt";
    check_refused(
        sending,
        {"--message-file", message, "--tag", "t", "--skip-invalid", "--rejects", other_name},
        "is the --message-file");
    CHECK(blast::test::read_file(message) == text);
}

TEST_CASE("A config file that is a FIFO is refused at once") {
    Sending sending;
    const std::string fifo = sending.folder.path() + "/blast.toml";
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    check_refused(
        sending, {"--message", "x", "--tag", "t", "--config", fifo}, "is not a regular file");
}

TEST_CASE(
    "A device that the gateway clearly does not have ends the run before anything is queued") {
    Sending sending; // whose gateway has device 5850 alone
    const std::string csv = sending.folder.write("people.csv", two_people);
    const ProcessResult refused =
        run(send_to(csv, {"--message", "x", "--tag", "t", "--device", "5850,999"}),
            sending.environment);
    CHECK(refused.exit_code == 3);
    CHECK_THAT(refused.err, StartsWith("blast-send: the gateway has no device '999'"));
    CHECK(is_one_line(refused.err));
    CHECK(sending.count("blasts") == "0");
    CHECK(sending.gateway.accepted() == 0);
}
