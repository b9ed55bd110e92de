#pragma once

#include "support/process.hpp"
#include "support/temporary_database.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace blast::test {

/// What blast-poll counted: its JSON document.
struct PollFigures {
    std::int64_t due = 0;
    std::int64_t checked = 0;
    std::int64_t failed = 0;
    std::int64_t left = 0;
    std::int64_t delivered = 0; ///< changed.DELIVERY_ACK
    std::int64_t read = 0;      ///< changed.READ_ACK
};

/// Throws when it is no such document, or holds more or less than manual and tests know of.
PollFigures poll_figures(const std::string& json);

/// blast-poll as it is called, JSON on its standard output.
std::vector<std::string> poll_command(const std::vector<std::string>& arguments = {});

/// What blast-poll runs in, with nothing of this machine's settings.
Environment poll_environment(
    const std::string& database_url,
    const std::string& gateway_url,
    const std::string& settings_folder,
    const std::string& token = "t0ken");

/// The real blast-poll over a database and a gateway of a test's own.
class Polling {
public:
    /// The gateway's address; it must outlive the object.
    explicit Polling(const std::string& gateway_url);

    TemporaryDatabase& database() { return database_; }
    const Environment& environment() const noexcept { return environment_; }
    void set(const std::string& variable, const std::string& value) {
        environment_[variable] = value;
    }

    ProcessResult poll(const std::vector<std::string>& arguments = {}) const;
    /// Polls, and checks the exit status.
    PollFigures figures(const std::vector<std::string>& arguments = {}, int exit_code = 0) const;

private:
    TemporaryDatabase database_;
    TemporaryFolder settings_;
    Environment environment_;
};

} // namespace blast::test
