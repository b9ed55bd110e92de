#include "blast/core/log.hpp"

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>

namespace blast {

namespace {

/// ISO 8601 with milliseconds and offset, in the process's zone.
std::string now() {
    using namespace std::chrono;
    const auto time = system_clock::now();
    const std::tm local = fmt::localtime(system_clock::to_time_t(time));
    const auto milliseconds =
        duration_cast<std::chrono::milliseconds>(time.time_since_epoch()) % 1000;
    std::string offset = fmt::format("{:%z}", local);
    offset.insert(offset.size() - 2, ":");
    return fmt::format("{:%FT%T}.{:03}{}", local, milliseconds.count(), offset);
}

/// A line is one call, which stdio makes whole whatever other threads write.
void write_line(const LogSettings& settings, std::string_view level, std::string_view text) {
    std::string line;
    if (settings.format == LogFormat::json) {
        const nlohmann::ordered_json object = {
            {"time", now()}, {"level", level}, {"tool", settings.tool}, {"message", text}};
        line = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    } else {
        // "warning: " before what is one, as curl and git do; an error says itself what is wrong.
        std::string head = settings.tool + (level == "warning" ? ": warning: " : ": ");
        const std::string_view colour = level == "warning" ? "\x1b[33m\x1b[1m"
                                        : level == "error" ? "\x1b[31m\x1b[1m"
                                                           : "";
        line = settings.colour && !colour.empty() ? fmt::format("{}{}\x1b[m{}", colour, head, text)
                                                  : head + std::string(text);
    }
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace

void Log::detail(std::string_view text) const {
    if (settings_.verbose && !settings_.quiet) {
        write_line(settings_, "debug", text);
    }
}

void Log::note(std::string_view text) const {
    if (!settings_.quiet) {
        write_line(settings_, "info", text);
    }
}

void Log::warn(std::string_view text) const {
    write_line(settings_, "warning", text);
}

void Log::error(std::string_view text) const {
    write_line(settings_, "error", text);
}

} // namespace blast
