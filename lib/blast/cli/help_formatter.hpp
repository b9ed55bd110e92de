#pragma once

#include <CLI/CLI.hpp>

#include <map>
#include <string>

namespace blast {

/// --help in two columns, never wider than 80: the flag and its value, and its meaning, wrapped.
class HelpFormatter final : public CLI::Formatter {
public:
    HelpFormatter() { label("Positionals", "Arguments"); }

    /// The lines under "Usage:" for a tool or a command of it.
    void set_synopsis(const CLI::App* app, std::string synopsis);

    std::string
    make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
    std::string make_usage(const CLI::App* app, std::string name) const override;
    std::string make_subcommand(const CLI::App* command) const override;
    std::string make_option(const CLI::Option* option, bool is_positional) const override;

private:
    std::map<const CLI::App*, std::string> synopses_;
};

/// `text` broken at blanks into lines of at most `width` columns; a longer word gets a line of its own.
std::vector<std::string> wrapped(const std::string& text, std::size_t width);

} // namespace blast
