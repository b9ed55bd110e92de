#pragma once

#include "blast/cli/settings.hpp"

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): the library's own name
class App;
} // namespace CLI

namespace blast {

struct Invocation;

/// What --help teaches besides the flags.
struct HelpText {
    std::string summary;  ///< one sentence, without the tool's name
    std::string synopsis; ///< a line for each way to call it, at most 78 columns
    std::string examples; ///< a line each, at most 78 columns, "# ..." lines say what they do
};

/// --help or --version was asked: run_tool prints the text on standard output and ends with 0.
class TextRequested final : public std::exception {
public:
    explicit TextRequested(std::string text) : text_(std::move(text)) {}
    const char* what() const noexcept override { return text_.c_str(); }

private:
    std::string text_;
};

/// A tool's command line, over CLI11: the flags that all tools share, help in one layout, and errors in the tools' own
/// words. Flags have to be written out; CLI11 guesses no prefixes.
///
///     CommandLine line(invocation, help, {OutputFormat::table, OutputFormat::json});
///     line.app().add_option("--blast", id, "only this blast")->type_name("ID")->group("What to check");
///     const Settings settings = line.parse();
class CommandLine {
public:
    /// `formats` are what --format takes, the default first; with only one the flag is left out. `invocation` must
    /// outlive the object.
    CommandLine(
        const Invocation& invocation, const HelpText& help, std::vector<OutputFormat> formats);
    ~CommandLine();
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;
    CommandLine(CommandLine&&) = delete;
    CommandLine& operator=(CommandLine&&) = delete;

    /// For the tool's own flags, arguments and commands.
    CLI::App& app() noexcept;

    /// Reads the arguments, the environment and the config file. Throws TextRequested for --help and --version, UsageError
    /// for all that is wrong. Call once, after the tool has added its flags.
    Settings parse();

private:
    void add_shared_flags();

    const Invocation& invocation_;
    std::vector<OutputFormat> formats_;
    SharedFlags flags_;
    std::unique_ptr<CLI::App> app_;
};

/// A command of a tool ("migrate"), below CommandLine::app() or below another command; shared flags may stand behind it
/// too.
CLI::App& add_command(CLI::App& parent, const std::string& name, const HelpText& help);

} // namespace blast
