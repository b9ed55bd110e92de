#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace blast {

enum class LogFormat { text, json };

struct LogSettings {
    std::string tool; ///< the executable's name, at the head of each line
    LogFormat format =
        LogFormat::text;  ///< json: one object a line with time, level, tool and message
    bool quiet = false;   ///< only warnings and errors
    bool verbose = false; ///< details too
    bool colour = false;  ///< "warning:" and "error" in colour; text only
};

/// The four verbs in which a tool speaks to its user, on standard error. Text is shown as given: callers mask phones
/// and escape foreign text (printable.hpp). A line is written whole and at once; any thread may call.
class Log {
public:
    explicit Log(const LogSettings& settings);

    void detail(std::string_view text) const; ///< only with --verbose
    void note(std::string_view text) const;   ///< not with --quiet
    void warn(std::string_view text) const;
    void error(std::string_view text) const;

    bool quiet() const noexcept { return quiet_; }

private:
    std::shared_ptr<spdlog::logger> logger_;
    bool quiet_;
};

} // namespace blast
