#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace blast {

/// "message.txt:3" for an offset on the third line of a text of several; for one line the origin alone: "--message".
/// Safe to show.
std::string template_place(std::string_view text, const std::string& origin, std::size_t offset);

/// Refuses, with UsageError, what no template can be: text that is blank, not UTF-8, holds a NUL, or is so long or has
/// so many sections that the mustache library would run out of stack on it.
void check_template_text(std::string_view text, const std::string& origin);

/// A closing tag's name as its opening tag has it, wherever the two stand for the same column: the library compares bytes.
/// Line breaks stay where they are.
std::string with_matching_closers(std::string_view text);

/// A name that no column and no tag of a user's can have, since it is blank when normalised. As a section it has to be
/// kept always.
constexpr std::string_view always_kept_section = "_";

/// Mustache's specification lets a closing tag or a comment that is alone on its line vanish with the line. The library
/// does so only where a section is kept; an empty one, always_kept_section, behind such tags makes it do so everywhere.
std::string with_lone_tags_marked(std::string_view text);

} // namespace blast
