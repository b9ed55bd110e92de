#include "blast/report/colours.hpp"

#include <fmt/format.h>

namespace blast {

namespace {

constexpr std::string_view where_it_is_dark = "@media (prefers-color-scheme: dark) {";

} // namespace

std::string colour_properties() {
    std::string light;
    std::string dark;
    for (const Colour& colour : colours) {
        light += fmt::format(" --{}: {};", colour.name, colour.light);
        dark += fmt::format(" --{}: {};", colour.name, colour.dark);
    }
    return fmt::format(
        "\n:root {{ color-scheme: light dark;{} }}\n{}\n  :root {{{} }} }}\n", light,
        where_it_is_dark, dark);
}

std::string with_plain_colours(std::string markup) {
    for (const Colour& colour : colours) {
        // With its quotes, which no text of a user's has as they are.
        const std::string property = fmt::format("\"var(--{})\"", colour.name);
        const std::string plain = fmt::format("\"{}\"", colour.light);
        for (std::size_t at = markup.find(property); at != std::string::npos;
             at = markup.find(property, at)) {
            markup.replace(at, property.size(), plain);
        }
    }
    return markup;
}

std::string plain_fills() {
    std::string light;
    std::string dark;
    for (const Colour& colour : colours) {
        if (colour.name == "ink" || colour.name == "muted") {
            const char* const selector = colour.name == "ink" ? "text" : ".muted";
            light += fmt::format("{} {{ fill: {}; }}\n", selector, colour.light);
            dark += fmt::format("  {} {{ fill: {}; }}\n", selector, colour.dark);
        }
        dark += fmt::format("  [fill=\"{}\"] {{ fill: {}; }}\n", colour.light, colour.dark);
    }
    return light + std::string(where_it_is_dark) + '\n' + dark + "}\n";
}

} // namespace blast
