#include "blast/cli/command_line.hpp"

#include "blast/cli/invocation.hpp"
#include "blast/cli/nearest_word.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace blast {

namespace {

constexpr std::size_t page_width = 80;
constexpr std::size_t first_column = 28;

/// `text` broken at blanks into lines of at most `width` columns; a longer word gets a line of its own.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
    std::vector<std::string> lines;
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        if (lines.empty() || lines.back().size() + 1 + word.size() > width) {
            lines.push_back(word);
        } else {
            lines.back() += " " + word;
        }
    }
    return lines;
}

std::string two_columns(const std::string& term, const std::string& meaning) {
    std::string text = "  " + term;
    if (text.size() + 2 > first_column) {
        text += "\n";
    }
    std::size_t indent = text.back() == '\n' ? first_column : first_column - text.size();
    for (const std::string& line : wrapped(meaning, page_width - first_column)) {
        text.append(indent, ' ').append(line).append("\n");
        indent = first_column;
    }
    return text;
}

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

void HelpFormatter::set_synopsis(const CLI::App* app, std::string synopsis) {
    synopses_[app] = std::move(synopsis);
}

std::string
HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
    std::string text;
    for (const std::string& line : wrapped(app->get_description(), page_width)) {
        text += line + "\n";
    }
    text += make_usage(app, std::move(name));
    text += make_positionals(app);
    text += make_subcommands(app, mode);
    text += make_groups(app, mode);
    if (!app->get_footer().empty()) {
        text += "\nExamples:\n" + app->get_footer() + "\n";
    }
    return CLI::detail::find_and_replace(text, "\n\n\n", "\n\n");
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
    const auto found = synopses_.find(app);
    return found == synopses_.end() ? CLI::Formatter::make_usage(app, std::move(name))
                                    : "\nUsage:\n" + found->second + "\n";
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
    const std::string& meaning = command->get_description();
    return two_columns(command->get_name(), meaning.substr(0, meaning.find(". ")));
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
    std::string term =
        is_positional ? option->get_name(true, false)
                      : CLI::detail::find_and_replace(option->get_name(false, true), ",", ", ");
    if (!is_positional && option->get_type_size() != 0) {
        term += " " + option->get_type_name();
    }
    return two_columns(term, option->get_description());
}

/// The app and the commands that were given, outermost first.
std::vector<const CLI::App*> given_commands(const CLI::App& app) {
    std::vector<const CLI::App*> commands{&app};
    while (!commands.back()->get_subcommands().empty()) {
        commands.push_back(commands.back()->get_subcommands().front());
    }
    return commands;
}

std::vector<std::string> flag_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* const command : given_commands(app)) {
        for (const CLI::Option* const option : command->get_options()) {
            names.push_back(
                "--" + (option->get_lnames().empty() ? "" : option->get_lnames().front()));
        }
    }
    return names;
}

/// Of the commands that could have been given next.
std::vector<std::string> command_names(const CLI::App& app) {
    std::vector<std::string> names;
    const auto any = [](const CLI::App*) { return true; };
    for (const CLI::App* const command : given_commands(app).back()->get_subcommands(any)) {
        names.push_back(command->get_name());
    }
    return names;
}

[[noreturn]] void refuse_unexpected(const CLI::App& app, const std::string& argument) {
    const bool flag = argument.size() > 1 && argument.front() == '-';
    const std::string name = flag ? argument.substr(0, argument.find('=')) : argument;
    const std::vector<std::string> commands = command_names(app);
    const std::string meant = nearest_word(name, flag ? flag_names(app) : commands);
    const bool command = !flag && !commands.empty();
    const std::string wrong = fmt::format(
        "{} '{}'",
        flag      ? "unknown flag"
        : command ? "unknown command"
                  : "unexpected argument",
        printable(name));
    if (!meant.empty()) {
        throw UsageError(wrong, fmt::format("did you mean '{}'?", meant));
    }
    throw UsageError(
        wrong, fmt::format(
                   "{}`{} --help` shows what can be given",
                   flag || command ? "" : "a text with blanks goes in quotes; ", app.get_name()));
}

/// CLI11 names neither of these in a field of its own, only in its text: "--tag: At Most 1 required but received 2",
/// "--tag: 1 required TEXT missing".
std::string mismatch_in_our_words(const std::string& text) {
    const std::string name = text.substr(0, text.find(':'));
    if (text.find("but received") != std::string::npos) {
        return fmt::format("{} is given more often than it can be", name);
    }
    if (text.find("missing") != std::string::npos) {
        return fmt::format("{} needs a value", name);
    }
    return text;
}

[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& error) {
    const std::vector<std::string> unexpected = app.remaining(true);
    if (!unexpected.empty()) {
        refuse_unexpected(app, unexpected.front());
    }
    std::string wrong = printable(error.what());
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
        wrong = mismatch_in_our_words(wrong);
    } else if (wrong == "A subcommand is required") {
        wrong = "no command is given";
    }
    throw UsageError(wrong, fmt::format("see `{} --help`", app.get_name()));
}

bool has_empty_value(const CLI::Option* option) {
    const auto& values = option->results();
    return std::find(values.begin(), values.end(), "") != values.end();
}

/// A script's unset variable ('--test "$PHONE"') must not pass for a flag that was not given.
void refuse_empty_values(const CLI::App& app) {
    for (const CLI::App* const command : given_commands(app)) {
        const std::vector<const CLI::Option*> options = command->get_options();
        const auto empty = std::find_if(options.begin(), options.end(), has_empty_value);
        if (empty != options.end()) {
            throw UsageError(
                fmt::format("{} needs a value", (*empty)->get_name()),
                "an empty one is given; leave it out or fill it");
        }
    }
}

std::string joined_names(const std::vector<OutputFormat>& formats) {
    std::vector<std::string_view> names;
    names.reserve(formats.size());
    for (const OutputFormat format : formats) {
        names.push_back(to_string(format));
    }
    return fmt::format("{}", fmt::join(names, "|"));
}

void describe(CLI::App& app, const HelpText& help) {
    app.description(help.summary);
    app.footer(help.examples);
    std::static_pointer_cast<HelpFormatter>(app.get_formatter())->set_synopsis(&app, help.synopsis);
    app.get_help_ptr()->description("print this help and exit");
}

} // namespace

CommandLine::CommandLine(
    const Invocation& invocation, const HelpText& help, std::vector<OutputFormat> formats)
    : invocation_(invocation),
      formats_(std::move(formats)),
      app_(std::make_unique<CLI::App>(help.summary, invocation.tool)) {
    app_->formatter(std::make_shared<HelpFormatter>());
    describe(*app_, help);
    app_->get_help_ptr()->group("Output");
}

CommandLine::~CommandLine() = default;

CLI::App& CommandLine::app() noexcept {
    return *app_;
}

CLI::App& add_command(CLI::App& parent, const std::string& name, const HelpText& help) {
    CLI::App* const command = parent.add_subcommand(name);
    command->fallthrough()->group("Commands");
    describe(*command, help);
    return *command;
}

void FlagGroup::text(const char* name, std::string& value, const char* type, const char* meaning) {
    app_.add_option(name, value, meaning)->type_name(type)->group(heading_);
}

void FlagGroup::value(
    const char* name,
    const char* type,
    const char* meaning,
    std::function<void(const std::string&)> set) {
    line_.values_.push_back({{}, std::move(set)});
    text(name, line_.values_.back().text, type, meaning);
}

void FlagGroup::flag(const char* name, bool& value, const char* meaning) {
    app_.add_flag(name, value, meaning)->group(heading_);
}

void FlagGroup::flag(const char* name, const char* meaning) {
    app_.add_flag(name)->description(meaning)->group(heading_);
}

FlagGroup CommandLine::group(const char* heading) {
    return {*this, *app_, heading};
}

void CommandLine::add_shared_flags() {
    const auto add =
        [this](const char* name, std::string& value, const char* type, const char* text) {
            app_->add_option(name, value, text)->type_name(type)->group("Settings");
        };
    add("--config", flags_.config, "FILE",
        "settings as 'key = \"value\"', instead of blast/blast.toml below $XDG_CONFIG_HOME or ~/.config");
    add("--timezone", flags_.timezone, "NAME",
        "an IANA time zone [BLAST_TIMEZONE, else the system's]");
    add("--region", flags_.region, "CC",
        "the country of local phone numbers [BLAST_REGION, else MY]");
    add("--api-url", flags_.api_url, "URL",
        "the gateway [WSAPME_API_URL, else https://api.wsapme.com]");
    add("--ca-file", flags_.ca_file, "FILE", "trust this CA for the gateway [WSAPME_CA_FILE]");
    if (formats_.size() > 1) {
        app_->add_option("--format", flags_.format, "how results are printed")
            ->type_name(joined_names(formats_))
            ->group("Output");
    }
    app_->add_flag("-q,--quiet", flags_.quiet, "only warnings and errors; no summary of a run")
        ->group("Output");
    app_->add_flag("-v,--verbose", flags_.verbose, "details too")->group("Output");
    app_->add_option("--log-format", flags_.log_format, "how standard error is written")
        ->type_name("text|json")
        ->group("Output");
    app_->set_version_flag(
            "--version", invocation_.tool + " " + BLAST_VERSION, "print the version and exit")
        ->group("Output");
}

Settings CommandLine::parse() {
    add_shared_flags();
    try {
        // CLI11 wants the last argument first.
        app_->parse(
            std::vector<std::string>(invocation_.arguments.rbegin(), invocation_.arguments.rend()));
    } catch (const CLI::CallForVersion& version) {
        throw TextRequested(std::string(version.what()) + "\n");
    } catch (const CLI::CallForHelp&) {
        throw TextRequested(app_->help());
    } catch (const CLI::ParseError& error) {
        refuse(*app_, error);
    }
    refuse_empty_values(*app_);
    for (const ReadValue& value : values_) {
        if (!value.text.empty()) {
            value.set(value.text);
        }
    }
    return resolve_settings(invocation_, flags_, formats_);
}

} // namespace blast
