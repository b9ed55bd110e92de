#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace blast {

enum class LogFormat { text, json };

struct LogSettings {
    std::string tool; ///< the executable's name, at the head of each line
    /// json: one object a line with time, level, tool and message.
    LogFormat format = LogFormat::text;
    bool quiet = false;   ///< only warnings and errors
    bool verbose = false; ///< details too
    bool colour = false;  ///< the head of a warning or an error in colour; text only
};

/// The four verbs in which a tool speaks to its user, on standard error. Text is shown as given: callers mask phones
/// and escape foreign text (printable.hpp). A line is written whole and at once; any thread may call.
class Log {
public:
    explicit Log(LogSettings settings) : settings_(std::move(settings)) {}

    void detail(std::string_view text) const; ///< only with --verbose
    void note(std::string_view text) const;   ///< not with --quiet
    void warn(std::string_view text) const;
    void error(std::string_view text) const;

    bool quiet() const noexcept { return settings_.quiet; }

private:
    LogSettings settings_;
};

} // namespace blast
