#include "blast/run/outcome_file.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/settle_work.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace blast {

using nlohmann::json;
namespace fs = std::filesystem;

namespace {

json to_json(const AcceptedMessage& message) {
    json line{
        {"outcome", "accepted"},
        {"id", message.id},
        {"attempt", message.attempt},
        {"device", message.device},
        {"message_id", message.message_id},
        {"data", message.data},
        {"jid_phone", message.jid_phone}};
    if (message.message_timestamp) {
        line["message_timestamp"] = *message.message_timestamp;
    }
    return line;
}

json to_json(const EndedAttempt& ended) {
    return {
        {"outcome", "ended"},
        {"id", ended.id},
        {"attempt", ended.attempt},
        {"state", ended.state},
        {"reason", ended.reason}};
}

std::vector<std::string> lines_of(const SettleRequest& unsettled, const std::string& made_at) {
    const auto text = [](const json& line) {
        return line.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
    };
    std::vector<std::string> lines{
        text({{"blast", unsettled.blast_id}, {"blast_made_at", made_at}})};
    for (const AcceptedMessage& message : unsettled.accepted) {
        lines.push_back(text(to_json(message)));
    }
    for (const EndedAttempt& ended : unsettled.ended) {
        lines.push_back(text(to_json(ended)));
    }
    for (const std::string& attempt : unsettled.releases) {
        lines.push_back(text({{"outcome", "released"}, {"attempt", attempt}}));
    }
    return lines;
}

std::string first_attempt(const SettleRequest& unsettled) {
    if (!unsettled.accepted.empty()) {
        return unsettled.accepted.front().attempt;
    }
    return unsettled.ended.empty() ? unsettled.releases.front() : unsettled.ended.front().attempt;
}

bool write_whole(int file, const std::string& line) {
    for (std::size_t written = 0; written < line.size();) {
        const ssize_t count = write(file, line.data() + written, line.size() - written);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        written += static_cast<std::size_t>(count);
    }
    return true;
}

[[noreturn]] void throw_not_kept(const std::string& path, std::size_t kept, std::size_t all) {
    throw UnavailableError(
        fmt::format(
            "the database is away and only {} of {} outcomes could be written to '{}' ({})", kept,
            all, printable(path),
            std::strerror(errno)), // NOLINT(concurrency-mt-unsafe): one thread
        "make room; the others become UNCONFIRMED: look for their messages before anything is resent");
}

void read_line(const json& line, OutcomeFile& file) {
    if (line.contains("blast_made_at")) {
        file.blast_made_at = line.at("blast_made_at");
        return;
    }
    SettleRequest& request = file.outcomes;
    const std::string outcome = line.at("outcome");
    if (outcome == "accepted") {
        AcceptedMessage message;
        message.id = line.at("id");
        message.attempt = line.at("attempt");
        message.device = line.at("device");
        message.message_id = line.at("message_id");
        message.data = line.at("data");
        message.jid_phone = line.at("jid_phone");
        if (line.contains("message_timestamp")) {
            message.message_timestamp = line.at("message_timestamp").get<std::int64_t>();
        }
        request.accepted.push_back(std::move(message));
    } else if (outcome == "ended") {
        request.ended.push_back(
            {line.at("id"), line.at("attempt"), line.at("state"), line.at("reason"), 0});
    } else {
        request.releases.push_back(line.at("attempt"));
    }
}

} // namespace

std::string state_folder(const std::string& xdg_state_home, const std::string& home) {
    return (xdg_state_home.empty() ? home + "/.local/state" : xdg_state_home) + "/blast";
}

std::string write_outcome_file(
    const std::string& folder, const std::string& blast_made_at, const SettleRequest& unsettled) {
    const std::vector<std::string> lines = lines_of(unsettled, blast_made_at);
    std::string path =
        fmt::format("{}/{}-{}.jsonl", folder, unsettled.blast_id, first_attempt(unsettled));
    std::error_code ignored; // the open below tells
    fs::create_directories(folder, ignored);
    const int file = open(
        path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
        0600); // NOLINT(cppcoreguidelines-pro-type-vararg)
    if (file < 0) {
        throw_not_kept(path, 0, lines.size());
    }
    std::size_t kept = 0;
    while (kept < lines.size() && write_whole(file, lines[kept])) {
        ++kept;
    }
    const bool synced = fsync(file) == 0;
    const int reason = errno;
    close(file);
    errno = reason;
    if (kept < lines.size() || !synced) {
        throw_not_kept(path, kept, lines.size());
    }
    return path;
}

namespace {

/// The files of one blast, oldest name first.
std::vector<std::string> find_outcome_files(const std::string& folder, std::int64_t blast_id) {
    const std::string prefix = fmt::format("{}-", blast_id);
    std::vector<std::string> paths;
    std::error_code none; // no folder: no files
    for (const auto& entry : fs::directory_iterator(folder, none)) {
        const std::string name = entry.path().filename();
        if (name.compare(0, prefix.size(), prefix) == 0 && entry.path().extension() == ".jsonl") {
            paths.push_back(entry.path());
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

/// False for a line that blast-send did not write, or not whole.
bool take_line(const std::string& line, OutcomeFile& file) {
    try {
        read_line(json::parse(line), file);
        return true;
    } catch (const json::exception&) {
        return false;
    }
}

OutcomeFile read_outcome_file(const std::string& path, std::int64_t blast_id) {
    OutcomeFile file;
    file.path = path;
    file.outcomes.blast_id = blast_id;
    std::ifstream in(path);
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        const bool cut_off = in.eof(); // every whole line ends with a line feed
        if (!take_line(line, file) && !cut_off) {
            throw UnavailableError(
                fmt::format("{}:{}: not a line that blast-send wrote", printable(path), number),
                "move the file away, or put it right; then --resume again");
        }
    }
    if (number == 0 && !in.eof()) {
        throw UnavailableError(
            fmt::format("cannot read '{}'", printable(path)), "check its permissions");
    }
    return file;
}

} // namespace

std::vector<OutcomeFile> read_outcome_files(const std::string& folder, std::int64_t blast_id) {
    std::vector<OutcomeFile> files;
    for (const std::string& path : find_outcome_files(folder, blast_id)) {
        files.push_back(read_outcome_file(path, blast_id));
    }
    return files;
}

namespace {

/// A file that does not say whose it is, is the blast's whose attempts it names.
bool is_of(const OutcomeFile& file, const Blast& blast, const KnownOutcomes& known) {
    if (!file.blast_made_at.empty()) {
        return file.blast_made_at == blast.made_at;
    }
    return known.here > 0 || file.outcome_count() == 0;
}

} // namespace

OutcomesRecorded
record_outcome_file(Connection& connection, const Blast& blast, const OutcomeFile& file) {
    const KnownOutcomes known = find_outcomes(connection, file.outcomes);
    if (!is_of(file, blast, known)) {
        return OutcomesRecorded::none;
    }
    SettleRequest kept = file.outcomes;
    kept.counter_slot = short_work_slot;
    if (!kept.empty()) {
        settle(connection, std::move(kept));
    }
    if (known.unknown > 0) {
        return OutcomesRecorded::some;
    }
    std::filesystem::remove(file.path);
    return OutcomesRecorded::all;
}

} // namespace blast
