#include "blast/cli/command_line.hpp"

#include "blast/cli/help_formatter.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/cli/nearest_word.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace blast {

namespace {

/// The names of the flags (or commands) that could have stood where an unknown one did: of the tool and of the commands
/// that were given.
std::vector<std::string> possible_names(const CLI::App& app, bool flags) {
    std::vector<std::string> names;
    if (flags) {
        for (const CLI::Option* const option : app.get_options()) {
            for (const std::string& name : option->get_lnames())
                names.push_back("--" + name);
        }
    }
    bool has_command = false;
    for (const CLI::App* const command : app.get_subcommands()) {
        has_command = true;
        const std::vector<std::string> below = possible_names(*command, flags);
        names.insert(names.end(), below.begin(), below.end());
    }
    if (!flags && !has_command) {
        for (const CLI::App* const command :
             app.get_subcommands([](const CLI::App*) { return true; }))
            names.push_back(command->get_name());
    }
    return names;
}

[[noreturn]] void refuse_unexpected(const CLI::App& app, const std::string& argument) {
    const bool flag = argument.size() > 1 && argument.front() == '-';
    const std::string meant =
        nearest_word(argument.substr(0, argument.find('=')), possible_names(app, flag));
    const std::string wrong =
        flag ? fmt::format("unknown flag '{}'", printable(argument.substr(0, argument.find('='))))
             : fmt::format("unexpected argument '{}'", printable(argument));
    if (!meant.empty())
        throw UsageError(wrong, fmt::format("did you mean '{}'?", meant));
    throw UsageError(
        wrong, fmt::format(
                   "{}`{} --help` shows what can be given",
                   flag ? "" : "a text with blanks goes in quotes; ", app.get_name()));
}

/// CLI11 names neither of these in a field of its own, only in its text: "--tag: At Most 1 required but received 2",
/// "--tag: 1 required TEXT missing".
std::string mismatch_in_our_words(const std::string& text) {
    const std::string name = text.substr(0, text.find(':'));
    if (text.find("but received") != std::string::npos)
        return fmt::format("{} is given more often than it can be", name);
    if (text.find("missing") != std::string::npos)
        return fmt::format("{} needs a value", name);
    return text;
}

[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& error) {
    const std::vector<std::string> unexpected = app.remaining(true);
    if (!unexpected.empty())
        refuse_unexpected(app, unexpected.front());
    std::string wrong = printable(error.what());
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
        wrong = mismatch_in_our_words(wrong);
    else if (wrong == "A subcommand is required")
        wrong = "no command is given";
    throw UsageError(wrong, fmt::format("see `{} --help`", app.get_name()));
}

std::string joined_names(const std::vector<OutputFormat>& formats) {
    std::vector<std::string_view> names;
    names.reserve(formats.size());
    for (const OutputFormat format : formats)
        names.push_back(to_string(format));
    return fmt::format("{}", fmt::join(names, "|"));
}

void describe(CLI::App& app, const HelpText& help) {
    app.description(help.summary);
    app.footer(help.examples);
    std::static_pointer_cast<HelpFormatter>(app.get_formatter())->set_synopsis(&app, help.synopsis);
    app.get_help_ptr()->description("print this help and exit")->group("Output");
}

} // namespace

CommandLine::CommandLine(
    const Invocation& invocation, const HelpText& help, std::vector<OutputFormat> formats)
    : invocation_(invocation),
      formats_(std::move(formats)),
      app_(std::make_unique<CLI::App>(help.summary, invocation.tool)) {
    app_->formatter(std::make_shared<HelpFormatter>());
    describe(*app_, help);
}

CommandLine::~CommandLine() = default;

CLI::App& CommandLine::app() noexcept {
    return *app_;
}

CLI::App&
CommandLine::add_command(CLI::App& parent, const std::string& name, const HelpText& help) {
    CLI::App* const command = parent.add_subcommand(name);
    command->fallthrough()->group("Commands");
    describe(*command, help);
    return *command;
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
    if (formats_.size() > 1)
        app_->add_option("--format", flags_.format, "how results are printed")
            ->type_name(joined_names(formats_))
            ->group("Output");
    app_->add_flag("-q,--quiet", flags_.quiet, "only warnings and errors on standard error")
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
    return resolve_settings(invocation_, flags_, formats_);
}

} // namespace blast
