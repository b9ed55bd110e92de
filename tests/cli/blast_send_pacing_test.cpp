#include "support/catch.hpp"
#include "support/sending.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <map>

using blast::test::csv_of;
using blast::test::JournalEntry;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::Sending;

namespace {

/// The times of a device's messages, in order; of all with an empty `device`.
std::vector<double>
times(const std::vector<JournalEntry>& journal, const std::string& device = {}) {
    std::vector<double> found;
    for (const JournalEntry& entry : journal) {
        if (device.empty() || entry.device == device)
            found.push_back(entry.time);
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::size_t most_within_a_second(const std::vector<double>& times) {
    std::size_t most = 0;
    for (std::size_t first = 0, last = 0; last < times.size(); ++last) {
        while (times[last] - times[first] >= 1)
            ++first;
        most = std::max(most, last - first + 1);
    }
    return most;
}

std::vector<std::string> paced(const std::string& csv, const char* tag, const char* rate) {
    return {"blast-send", "--csv",  csv,  "--message", "x", "--tag",
            tag,          "--rate", rate, "--jitter",  "0", "--yes"};
}

} // namespace

TEST_CASE(
    "A device keeps to --rate, whatever the number of runs, and another device has its own",
    "[alone]") {
    Sending sending({"--token", "t0ken", "--device", "5850", "--device", "5851"});
    const std::string one = sending.folder.write("one.csv", csv_of(8));
    const std::string two = sending.folder.write("two.csv", csv_of(8));
    const std::string both = sending.folder.write("both.csv", csv_of(16));
    Process first(paced(one, "one", "4/s"), sending.environment);
    Process second(paced(two, "two", "4/s"), sending.environment);
    auto with_devices = paced(both, "both", "4/s");
    with_devices.insert(with_devices.end(), {"--device", "5850,5851"});
    Process third(with_devices, sending.environment);
    for (Process* const run : {&first, &second, &third}) {
        const ProcessResult result = run->wait();
        INFO(result.err);
        CHECK(result.exit_code == 0);
    }
    const auto journal = sending.gateway.journal();
    CHECK(journal.size() == 32);
    for (const char* const device : {"5850", "5851"}) {
        CAPTURE(device);
        const std::vector<double> sent = times(journal, device);
        CHECK(most_within_a_second(sent) <= 5);
        // A slow machine may take longer, but no machine less.
        CHECK(sent.back() - sent.front() > (static_cast<double>(sent.size()) - 2) / 4);
    }
    CHECK(times(journal, "5850").size() >= 16);
    CHECK_FALSE(times(journal, "5851").empty());
}

TEST_CASE(
    "Two runs on a device share its slots, each at its own rate, and max takes none", "[alone]") {
    Sending sending;
    const std::string slow = sending.folder.write("slow.csv", csv_of(5));
    const std::string fast = sending.folder.write("fast.csv", csv_of(20));
    const std::string many = sending.folder.write("many.csv", csv_of(50));
    Process slow_run(paced(slow, "slow", "2/s"), sending.environment);
    Process fast_run(paced(fast, "fast", "10/s"), sending.environment);
    blast::test::wait_until("both to send", [&] { return sending.gateway.accepted() > 2; });
    const std::string before = sending.database.value("SELECT next_slot_at FROM devices");
    REQUIRE(
        sending.send({"--csv", many, "--message", "m", "--tag", "many", "--rate", "max", "--yes"})
            .exit_code == 0);
    CHECK(slow_run.wait().exit_code == 0);
    CHECK(fast_run.wait().exit_code == 0);
    std::map<std::string, std::vector<double>> sent;
    for (const JournalEntry& entry : sending.gateway.journal())
        sent[entry.text].push_back(entry.time);
    CHECK(sent["m"].size() == 50);
    REQUIRE(sent["x"].size() == 25);
    // Each send of the slow run took half a second of the device, each of the fast one a tenth; the last one's is not over.
    constexpr double slots = 5 * 0.5 + 20 * 0.1;
    const auto [first, last] = std::minmax_element(sent["x"].begin(), sent["x"].end());
    CHECK(*last - *first > slots - 0.5 - 0.1);
    CHECK(before < sending.database.value("SELECT next_slot_at FROM devices"));
}

TEST_CASE("A blast that is resumed after a while sends no burst", "[alone]") {
    Sending sending;
    const std::string csv = sending.folder.write("people.csv", csv_of(16));
    const auto stop_after = [&](std::size_t messages, Process& run) {
        blast::test::wait_until(
            "some messages", [&] { return sending.gateway.accepted() >= messages; });
        run.signal(SIGTERM);
        CHECK(run.wait().exit_code == 143);
    };
    Process first(paced(csv, "t", "4/s"), sending.environment);
    stop_after(3, first);
    sending.database.query("UPDATE devices SET next_slot_at = now() - interval '1 hour'");
    const std::size_t before = sending.gateway.accepted();
    REQUIRE(sending.send({"--resume", "latest"}).exit_code == 0);
    std::vector<double> sent = times(sending.gateway.journal());
    sent.erase(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(before));
    REQUIRE(sent.size() == 16 - before);
    CHECK(most_within_a_second(sent) <= 5);
    CHECK(sent.back() - sent.front() > (static_cast<double>(sent.size()) - 2) / 4);
}
