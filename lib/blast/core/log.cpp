#include "blast/core/log.hpp"

#include <fmt/format.h>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>

namespace blast {

namespace {

/// %v escaped as the inside of a JSON string (RFC 8259).
class JsonMessage final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out)
        override {
        for (const char c : message.payload) {
            if (c == '"' || c == '\\') {
                out.push_back('\\');
                out.push_back(c);
            } else if (static_cast<unsigned char>(c) < 0x20) {
                fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
            } else {
                out.push_back(c);
            }
        }
    }

    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<JsonMessage>();
    }
};

/// Nothing for notes and details, "warning: " and "error: " before the rest, as curl and git do.
class LevelPrefix final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out)
        override {
        const std::string_view prefix = message.level == spdlog::level::warn ? "warning: " : "";
        out.append(prefix.data(), prefix.data() + prefix.size());
    }

    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<LevelPrefix>();
    }
};

std::unique_ptr<spdlog::pattern_formatter> formatter_for(const LogSettings& settings) {
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<JsonMessage>('*').add_flag<LevelPrefix>('&');
    formatter->set_pattern(
        settings.format == LogFormat::json
            ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","tool":"%n","message":"%*"})"
            : "%^%n: %&%$%v");
    return formatter;
}

} // namespace

Log::Log(const LogSettings& settings) : quiet_(settings.quiet) {
    auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(
        settings.colour ? spdlog::color_mode::always : spdlog::color_mode::never);
    sink->set_color(spdlog::level::info, "");
    logger_ = std::make_shared<spdlog::logger>(settings.tool, std::move(sink));
    logger_->set_formatter(formatter_for(settings));
    logger_->set_level(
        settings.quiet     ? spdlog::level::warn
        : settings.verbose ? spdlog::level::debug
                           : spdlog::level::info);
    logger_->flush_on(spdlog::level::trace);
}

void Log::detail(std::string_view text) const {
    logger_->debug(text);
}

void Log::note(std::string_view text) const {
    logger_->info(text);
}

void Log::warn(std::string_view text) const {
    logger_->warn(text);
}

void Log::error(std::string_view text) const {
    logger_->error(text);
}

} // namespace blast
