#pragma once

#include "blast/cli/settings.hpp"

#include <deque>
#include <exception>
#include <functional>
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

class CommandLine;

/// The flags under one heading of --help. What they are read into must outlive the parse.
class FlagGroup {
public:
    FlagGroup(CommandLine& line, CLI::App& app, const char* heading)
        : line_(line), app_(app), heading_(heading) {}

    /// Any text, as it is written.
    void text(const char* name, std::string& value, const char* type, const char* meaning);
    /// A text that `set` reads, which throws UsageError naming the flag where it cannot be right. Called in the order in
    /// which the flags were added, once it is certain that all words of the command line are known.
    void value(
        const char* name,
        const char* type,
        const char* meaning,
        std::function<void(const std::string&)> set);
    void flag(const char* name, bool& value, const char* meaning);
    /// One that app().count(name) tells of.
    void flag(const char* name, const char* meaning);

private:
    CommandLine& line_;
    CLI::App& app_;
    const char* heading_;
};

/// A tool's command line, over CLI11: the flags that all tools share, help in one layout, and errors in the tools' own
/// words. Flags have to be written out; CLI11 guesses no prefixes.
///
///     CommandLine line(invocation, help, {OutputFormat::table, OutputFormat::json});
///     line.group("What to check").value("--blast", "ID", "only this blast", [&](const std::string& text) {
///         blast = parse_blast_id(text, "--blast");
///     });
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
    FlagGroup group(const char* heading);

    /// Reads the arguments, the environment and the config file. Throws TextRequested for --help and --version, UsageError
    /// for all that is wrong. Call once, after the tool has added its flags.
    Settings parse();

private:
    friend class FlagGroup;
    struct ReadValue {
        std::string text;
        std::function<void(const std::string&)> set;
    };

    void add_shared_flags();

    const Invocation& invocation_;
    std::vector<OutputFormat> formats_;
    SharedFlags flags_;
    std::deque<ReadValue> values_; ///< whose addresses CLI11 keeps
    std::unique_ptr<CLI::App> app_;
};

/// A command of a tool ("migrate"), below CommandLine::app() or below another command; shared flags may stand behind it
/// too.
CLI::App& add_command(CLI::App& parent, const std::string& name, const HelpText& help);

} // namespace blast
