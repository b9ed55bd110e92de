#include "blast/cli/help_formatter.hpp"

#include <fmt/format.h>

#include <sstream>

namespace blast {

namespace {

constexpr std::size_t page_width = 80;
constexpr std::size_t first_column = 28;

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

} // namespace

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

} // namespace blast
