#include "sim/journal.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include "sim/wire.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace blast::sim {

using std::chrono::microseconds;

namespace {

std::string last_error() {
    return std::generic_category().message(errno);
}

/// Regular files only: a pipe has no end to look at.
bool ends_within_a_line(int descriptor) {
    struct stat status {};
    char last = '\n';
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
        return false;
    }
    return pread(descriptor, &last, 1, status.st_size - 1) == 1 && last != '\n';
}

/// The line's time in seconds since the epoch; 0 when it has none that a clock could have told.
double seconds_at(const nlohmann::json& document) {
    constexpr double year_2200 = 7'258'118'400;
    const bool present =
        document.is_object() && document.contains("time") && document["time"].is_number();
    const double seconds = present ? document["time"].get<double>() : 0;
    return seconds > 0 && seconds < year_2200 ? seconds : 0;
}

std::optional<JournalEntry> parse_entry(const std::string& line) {
    const auto document = nlohmann::json::parse(line, nullptr, false);
    const std::string_view to = string_at(document, "to");
    const std::string_view id = string_at(document, "id");
    JournalEntry entry;
    const double seconds = seconds_at(document);
    const bool complete =
        id.size() == entry.id.size() && to.size() > 1 && to.front() == '+' && seconds > 0;
    if (!complete) {
        return std::nullopt;
    }
    const char* const end = to.data() + to.size();
    if (std::from_chars(to.data() + 1, end, entry.phone).ptr != end) {
        return std::nullopt;
    }
    std::copy(id.begin(), id.end(), entry.id.begin());
    entry.time = WallTime(microseconds(std::llround(seconds * 1e6)));
    entry.text = string_at(document, "text");
    entry.device = string_at(document, "device");
    entry.redirect_url = string_at(document, "redirect_url");
    return entry;
}

} // namespace

AppendFile::AppendFile(std::string path, const std::string& flag)
    : path_(std::move(path)),
      descriptor_(open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) {
        throw UsageError(
            fmt::format("{}: cannot append to '{}': {}", flag, printable(path_), last_error()),
            "give a file in a folder that you may write to");
    }
    torn_ = ends_within_a_line(descriptor_);
}

AppendFile::~AppendFile() {
    close(descriptor_);
}

void AppendFile::append(const std::string& line) {
    const std::string& whole = torn_ ? "\n" + line : line;
    const ssize_t written = write(descriptor_, whole.data(), whole.size());
    const bool failed = written != static_cast<ssize_t>(whole.size());
    torn_ = failed && (torn_ || written > 0);
    if (failed) {
        throw UnavailableError(
            fmt::format(
                "cannot append to '{}': {}", printable(path_),
                written < 0 ? last_error() : "the disk is full"),
            "make room");
    }
}

void Journal::append(const JournalEntry& entry, std::string_view quoted_text) {
    const auto since_epoch =
        std::chrono::duration_cast<microseconds>(entry.time.time_since_epoch()).count();
    file_.append(fmt::format(
        R"({{"time":{}.{:06},"to":"+{}","id":"{}","text":{},"device":{}{}}})"
        "\n",
        since_epoch / 1'000'000, since_epoch % 1'000'000, entry.phone, text_of(entry.id),
        quoted_text, json_string(entry.device),
        entry.redirect_url.empty() ? "" : R"(,"redirect_url":)" + json_string(entry.redirect_url)));
}

std::size_t
read_journal(const std::string& path, const std::function<void(const JournalEntry&)>& on_entry) {
    std::size_t foreign = 0;
    if (!std::filesystem::is_regular_file(path)) {
        return foreign; // a pipe or a device has no past
    }
    std::ifstream in(path, std::ios::binary);
    for (std::string line; std::getline(in, line);) {
        if (const auto entry = parse_entry(line)) {
            on_entry(*entry);
        } else {
            ++foreign;
        }
    }
    return foreign;
}

} // namespace blast::sim
