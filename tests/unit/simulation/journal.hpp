#pragma once

#include "blast/core/clock.hpp"
#include "blast/domain/send_machine.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>

namespace blast::simulation {

/// A rule was broken. what() says which.
class Violation : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Throws a Violation that names the rule, unless it held.
template <typename... Values>
void demand(bool held, fmt::format_string<Values...> rule, Values&&... values) {
    if (!held)
        throw Violation(fmt::format(rule, std::forward<Values>(values)...));
}

/// Says on standard output what happens, when a single schedule is replayed; silent, and free, when many are played.
class Journal {
public:
    explicit Journal(bool on) : on_(on) {}

    bool on() const noexcept { return on_; }

    template <typename... Values>
    void note(Instant now, fmt::format_string<Values...> format, Values&&... values) const {
        if (!on_)
            return;
        const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
        fmt::print("{:12.6f}  {}\n", seconds, fmt::format(format, std::forward<Values>(values)...));
    }

private:
    bool on_;
};

/// One line about what a machine is told or asks for, for the journal.
std::string describe(const SendEvent& event);
std::string describe(const SendCommand& command);
/// The head of an attempt id: enough to tell them apart in one schedule.
std::string describe(const AttemptId& attempt);
const char* describe(SendVerdict verdict);
const char* describe(SendStop reason);

} // namespace blast::simulation
