#pragma once

#include "blast/domain/variables.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

/// The longest message that WhatsApp takes, in bytes of UTF-8 as counted here (its own limit is 65,536 characters).
constexpr std::size_t longest_message = 65'536;

/// A message with mustache tags over the CSV's columns (https://mustache.github.io/mustache.5.html), without HTML
/// escaping: {{name}}, sections {{#vip}}...{{/vip}} that are kept when the column has a value, inverted ones
/// {{^vip}}...{{/vip}}, comments {{! ...}}. Values are never read as templates.
///
/// Parsed once, rendered often. One thread at a time uses an object.
class MessageTemplate {
public:
    /// `origin` names the template in errors: "--message" or the file's name. Throws UsageError for a template that
    /// is empty, not UTF-8 or cannot be parsed, and for partials and changes of delimiters.
    MessageTemplate(std::string text, std::string origin);
    ~MessageTemplate();
    MessageTemplate(MessageTemplate&&) noexcept;
    MessageTemplate& operator=(MessageTemplate&&) noexcept;
    MessageTemplate(const MessageTemplate&) = delete;
    MessageTemplate& operator=(const MessageTemplate&) = delete;

    const std::string& text() const noexcept;
    const std::string& origin() const noexcept;
    /// The names that the tags use, sections included, as they are written, each once, in order of appearance.
    const std::vector<std::string>& variables() const noexcept;

    /// The message for one recipient. A variable without a column gives nothing (check_columns refuses it earlier).
    std::string render(const Variables& variables) const;

    /// Whether every message has text of the template's own outside sections and cannot become longer than longest_message
    /// with values of at most `longest_value` bytes: then message_problem has nothing to find, and no row needs a try.
    bool always_sendable(std::size_t longest_value) const noexcept;

private:
    class Parsed;
    std::unique_ptr<Parsed> parsed_;
};

/// Throws UsageError for the first variable that no column gives, naming it and the columns that exist.
void check_columns(
    const std::vector<MessageTemplate>& templates, const std::vector<std::string>& columns);

/// Why a rendered message cannot be sent, for people; empty when it can: it is blank, or longer than longest_message.
std::string message_problem(std::string_view message);

} // namespace blast
