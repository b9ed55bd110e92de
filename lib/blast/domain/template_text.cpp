#include "blast/domain/template_text.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/column_name.hpp"
#include "blast/domain/template.hpp"
#include "blast/domain/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace blast {

namespace {

constexpr std::size_t longest_template = 4 * longest_message;
constexpr std::size_t most_sections = 500;
constexpr std::string_view blanks = " \t\r\n\v\f";

/// {{#name}}, with the offsets of its name and of the text after it. There are no other delimiters: their change is
/// refused.
struct Tag {
    std::size_t begin;
    std::size_t end;
    char mark; ///< # ^ / ! > & = or, for a variable, 0
    std::size_t name_begin;
    std::string_view name;
};

/// The first tag at or after `from`; one of size 0 at the end of the text when there is none that is closed.
Tag next_tag(std::string_view text, std::size_t from) {
    const Tag none = {text.size(), text.size(), 0, text.size(), {}};
    const std::size_t begin = text.find("{{", from);
    if (begin == std::string_view::npos) {
        return none;
    }
    const bool triple = text.substr(begin + 2).starts_with('{');
    const std::string_view closing = triple ? "}}}" : "}}";
    const std::size_t end = text.find(closing, begin + closing.size());
    const std::size_t first = text.find_first_not_of(blanks, begin + closing.size());
    if (end == std::string_view::npos || first >= end) {
        return end == std::string_view::npos ? none : Tag{begin, end + closing.size(), 0, end, {}};
    }
    const bool marked =
        !triple && std::string_view("#^/!>&=").find(text[first]) != std::string_view::npos;
    const std::size_t name =
        std::min(text.find_first_not_of(blanks, first + (marked ? 1 : 0)), end);
    const std::size_t name_end = text.find_last_not_of(blanks, end - 1) + 1;
    return {
        begin, end + closing.size(), marked ? text[first] : '\0', name,
        text.substr(name, std::max(name, name_end) - name)};
}

bool opens_section(const Tag& tag) {
    return tag.mark == '#' || tag.mark == '^';
}

/// Whether a tag that may vanish has nothing but blanks beside it on its line.
bool is_lone(std::string_view text, const Tag& tag) {
    if (tag.mark != '/' && tag.mark != '!') {
        return false;
    }
    const std::string_view before = text.substr(0, tag.begin);
    const std::string_view after = text.substr(tag.end);
    return is_blank(before.substr(before.rfind('\n') + 1)) &&
           is_blank(after.substr(0, after.find('\n')));
}

} // namespace

std::string template_place(std::string_view text, const std::string& origin, std::size_t offset) {
    if (text.find('\n') == std::string_view::npos) {
        return printable(origin);
    }
    const std::string_view before = text.substr(0, offset);
    return fmt::format(
        "{}:{}", printable(origin), 1 + std::count(before.begin(), before.end(), '\n'));
}

void check_template_text(std::string_view text, const std::string& origin) {
    const std::string where = printable(origin);
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
        throw UsageError(where + ": the message is not UTF-8 text", "save it as UTF-8");
    }
    if (is_blank(text)) {
        throw UsageError(where + ": the message is empty", "give the text to send");
    }
    if (text.size() > longest_template) {
        throw UsageError(
            fmt::format("{}: the message has {} bytes", where, text.size()),
            fmt::format("WhatsApp takes {}: shorten it", longest_message));
    }
    std::size_t sections = 0;
    for (Tag tag = next_tag(text, 0); tag.end > tag.begin; tag = next_tag(text, tag.end)) {
        sections += opens_section(tag) ? 1U : 0U;
    }
    if (sections > most_sections) {
        throw UsageError(
            fmt::format("{}: the message has {} sections", where, sections),
            fmt::format("use at most {}", most_sections));
    }
}

std::string with_matching_closers(std::string_view text) {
    std::string out;
    std::vector<std::string_view> open;
    std::size_t copied = 0;
    for (Tag tag = next_tag(text, 0); tag.end > tag.begin; tag = next_tag(text, tag.end)) {
        if (opens_section(tag)) {
            open.push_back(tag.name);
        }
        if (tag.mark != '/' || open.empty()) {
            continue;
        }
        const std::string_view opener = open.back();
        open.pop_back();
        const bool same_lines = opener.find('\n') == std::string_view::npos &&
                                tag.name.find('\n') == std::string_view::npos;
        if (!same_lines || !same_column_name(opener, tag.name)) {
            continue;
        }
        out += text.substr(copied, tag.name_begin - copied);
        out += opener;
        copied = tag.name_begin + tag.name.size();
    }
    out += text.substr(copied);
    return out;
}

std::string with_lone_tags_marked(std::string_view text) {
    std::string out;
    std::size_t copied = 0;
    for (Tag tag = next_tag(text, 0); tag.end > tag.begin; tag = next_tag(text, tag.end)) {
        if (!is_lone(text, tag)) {
            continue;
        }
        out += text.substr(copied, tag.end - copied);
        out += fmt::format("{{{{#{0}}}}}{{{{/{0}}}}}", always_kept_section);
        copied = tag.end;
    }
    out += text.substr(copied);
    return out;
}

} // namespace blast
