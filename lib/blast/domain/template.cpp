#include "blast/domain/template.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/column_name.hpp"
#include "blast/domain/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <kainjow/mustache.hpp>

namespace blast {

namespace {

namespace mustache = kainjow::mustache;
using Component = mustache::component<std::string>;
using mustache::tag_type;

constexpr std::string_view tag_remedy =
    "write {{name}}, {{#name}}...{{/name}} or {{^name}}...{{/name}}";

/// A name that no column and no tag of a user's can have, since it is blank when normalised.
constexpr std::string_view always_true = "_";
constexpr std::size_t longest_template = 4 * longest_message;
constexpr std::size_t most_sections = 500;

/// What mustache asks when it meets a name. Sections push their value as a context of its own; since values are
/// strings, names keep meaning columns inside.
class Columns final : public mustache::basic_context<std::string> {
public:
    /// `names` must outlive the object.
    explicit Columns(const std::vector<std::string>& names)
        : names_(names), values_(names.size()), positions_(names.size()), always_(true) {}

    /// Takes the values that the template uses; an empty one is false, for sections.
    void assign(const Variables& variables) {
        for (std::size_t i = 0; i < names_.size(); ++i) {
            positions_[i] = find(variables, i);
            const bool given =
                positions_[i] < variables.size() && !variables[positions_[i]].second.empty();
            values_[i] =
                given ? mustache::data(variables[positions_[i]].second) : mustache::data(false);
        }
    }

    void push(const mustache::data* /*value*/) override {}
    void pop() override {}
    const mustache::data* get(const std::string& name) const override {
        if (name == always_true)
            return &always_;
        const auto found = std::find(names_.begin(), names_.end(), name);
        return found == names_.end() ? nullptr
                                     : &values_[static_cast<std::size_t>(found - names_.begin())];
    }
    const mustache::data* get_partial(const std::string& /*name*/) const override {
        return nullptr;
    }

private:
    /// Recipients of one blast have their columns in one order: the last place is tried first.
    std::size_t find(const Variables& variables, std::size_t name) const {
        const auto is_it = [&](const auto& variable) {
            return same_column_name(variable.first, names_[name]);
        };
        const std::size_t last = positions_[name];
        if (last < variables.size() && is_it(variables[last]))
            return last;
        const auto found = std::find_if(variables.begin(), variables.end(), is_it);
        return static_cast<std::size_t>(found - variables.begin());
    }

    const std::vector<std::string>& names_;
    std::vector<mustache::data> values_;
    std::vector<std::size_t> positions_;
    mustache::data always_;
};

/// Takes what the library writes, without a stream's cost.
struct Text {
    std::string written;

    Text& operator<<(const std::string& piece) {
        written += piece;
        return *this;
    }
};

/// Nothing that a reader would see: blanks of any script, zero-width characters, direction marks.
bool is_invisible(char32_t code_point) {
    const auto within = [code_point](char32_t first, char32_t last) {
        return code_point >= first && code_point <= last;
    };
    return code_point <= U' ' || within(0x7F, 0xA0) || code_point == 0xAD ||
           within(0x2000, 0x200F) || within(0x2028, 0x202F) || within(0x205F, 0x206F) ||
           code_point == 0x3000 || code_point == 0xFEFF;
}

bool is_blank(std::string_view text) {
    while (!text.empty()) {
        if (!is_invisible(take_code_point(text)))
            return false;
    }
    return true;
}

/// Whether the line is nothing but one closing tag or comment.
bool is_lone_tag(std::string_view line) {
    const std::size_t opening = line.find("{{");
    const std::size_t closing = line.find("}}");
    if (opening == std::string_view::npos || closing == std::string_view::npos)
        return false;
    const std::string_view inside = line.substr(opening + 2);
    const std::size_t mark = inside.find_first_not_of(" \t");
    return mark != std::string_view::npos && (inside[mark] == '/' || inside[mark] == '!') &&
           inside.find("{{") == std::string_view::npos && is_blank(line.substr(0, opening)) &&
           is_blank(line.substr(closing + 2));
}

/// Mustache's specification lets a tag that is alone on its line vanish with the line. The library does so only where a
/// section is kept; an empty section that always is, put behind the lone tags, makes it do so for all.
std::string with_lone_tags_marked(std::string_view text) {
    std::string marked;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string_view line = text.substr(0, end);
        const std::size_t tag_end = is_lone_tag(line) ? line.find("}}") + 2 : 0;
        marked += line.substr(0, tag_end);
        if (tag_end > 0)
            marked += fmt::format("{{{{#{0}}}}}{{{{/{0}}}}}", always_true);
        marked += line.substr(tag_end);
        text.remove_prefix(end);
    }
    return marked;
}

/// "message.txt:3" for an offset on the third line; "--message" as it is, for texts of one line.
std::string place(std::string_view text, const std::string& origin, std::size_t offset) {
    if (text.find('\n') == std::string_view::npos)
        return printable(origin);
    const std::string_view before = text.substr(0, offset);
    return fmt::format(
        "{}:{}", printable(origin), 1 + std::count(before.begin(), before.end(), '\n'));
}

/// The library's words end with the offset of what is wrong: "Unclosed tag at 17".
[[noreturn]] void
refuse_syntax(std::string_view text, const std::string& origin, const std::string& complaint) {
    const std::size_t at = complaint.rfind(" at ");
    const std::string digits = at == std::string::npos ? "0" : complaint.substr(at + 4);
    throw UsageError(
        fmt::format(
            "{}: {}", place(text, origin, std::strtoul(digits.c_str(), nullptr, 10)),
            printable(complaint.substr(0, at))),
        std::string(tag_remedy));
}

void refuse_unusable(std::string_view text, const std::string& origin) {
    const std::string where = printable(origin);
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
        throw UsageError(where + ": the message is not UTF-8 text", "save it as UTF-8");
    if (is_blank(text))
        throw UsageError(where + ": the message is empty", "give the text to send");
    if (text.size() > longest_template)
        throw UsageError(
            fmt::format("{}: the message has {} bytes", where, text.size()),
            fmt::format("WhatsApp takes {}: shorten it", longest_message));
    std::size_t sections = 0;
    for (std::size_t at = text.find("{{"); at != std::string_view::npos;
         at = text.find("{{", at + 2))
        sections += text.substr(at + 2, 1) == "#" || text.substr(at + 2, 1) == "^" ? 1U : 0U;
    if (sections > most_sections)
        throw UsageError(
            fmt::format("{}: the message has {} sections", where, sections),
            fmt::format("use at most {}", most_sections));
}

void require_column(
    const MessageTemplate& message,
    const std::string& variable,
    const std::vector<std::string>& columns) {
    const bool given = std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
        return same_column_name(column, variable);
    });
    if (!given)
        throw UsageError(
            fmt::format("{}: no column \"{}\"", printable(message.origin()), printable(variable)),
            "use one of " + quoted_columns(columns));
}

} // namespace

/// The template as the library parsed it: once into a tree that can be read here, because the library keeps its own to
/// itself, and once into the one that it renders.
class MessageTemplate::Parsed {
public:
    Parsed(std::string text, std::string origin)
        : text_(std::move(text)),
          origin_(std::move(origin)),
          mustache_(checked(text_)),
          columns_(variables_) {
        mustache_.set_custom_escape([](const std::string& value) { return value; });
    }

    const std::string& text() const noexcept { return text_; }
    const std::string& origin() const noexcept { return origin_; }
    const std::vector<std::string>& variables() const noexcept { return variables_; }

    std::string render(const Variables& variables) {
        columns_.assign(variables);
        Text message;
        mustache_.render(columns_, message);
        return std::move(message.written);
    }

    bool always_sendable(std::size_t longest_value) const noexcept {
        return has_own_text_ && text_.size() <= longest_message &&
               (tags_ == 0 || longest_value <= (longest_message - text_.size()) / tags_);
    }

private:
    /// Refuses what cannot be used, collects what the tags name, and returns the text for the library.
    std::string checked(const std::string& text) {
        refuse_unusable(text, origin_);
        Component root;
        std::string complaint;
        mustache::context<std::string> nothing;
        mustache::context_internal<std::string> context(nothing);
        const mustache::parser<std::string> parser(text, context, root, complaint);
        if (!complaint.empty())
            refuse_syntax(text, origin_, complaint);
        for (const Component& part : root.children)
            has_own_text_ = has_own_text_ || (part.is_text() && !is_blank(part.text));
        read_tags(root);
        return with_lone_tags_marked(text);
    }

    void read_tags(const Component& parent) {
        for (const Component& part : parent.children) {
            read_tag(part);
            read_tags(part);
        }
    }

    void read_tag(const Component& part) {
        const mustache::mstch_tag<std::string>& tag = part.tag;
        if (tag.type == tag_type::text || tag.type == tag_type::comment)
            return;
        if (tag.type == tag_type::partial)
            refuse(
                part,
                fmt::format("partials such as {{{{>{}}}}} are not supported", printable(tag.name)));
        if (tag.type == tag_type::set_delimiter)
            refuse(part, "a change of delimiters, {{=...=}}, is not supported");
        if (normalised_column_name(tag.name).empty())
            refuse(part, "a tag without a name");
        ++tags_;
        if (std::find(variables_.begin(), variables_.end(), tag.name) == variables_.end())
            variables_.push_back(tag.name);
    }

    [[noreturn]] void refuse(const Component& part, const std::string& wrong) const {
        throw UsageError(
            place(text_, origin_, part.position) + ": " + wrong, std::string(tag_remedy));
    }

    std::string text_;
    std::string origin_;
    std::vector<std::string> variables_;
    bool has_own_text_ = false;
    std::size_t tags_ = 0;
    mustache::mustache mustache_;
    Columns columns_;
};

MessageTemplate::MessageTemplate(std::string text, std::string origin)
    : parsed_(std::make_unique<Parsed>(std::move(text), std::move(origin))) {}

MessageTemplate::~MessageTemplate() = default;
MessageTemplate::MessageTemplate(MessageTemplate&&) noexcept = default;
MessageTemplate& MessageTemplate::operator=(MessageTemplate&&) noexcept = default;

const std::string& MessageTemplate::text() const noexcept {
    return parsed_->text();
}

const std::string& MessageTemplate::origin() const noexcept {
    return parsed_->origin();
}

const std::vector<std::string>& MessageTemplate::variables() const noexcept {
    return parsed_->variables();
}

std::string MessageTemplate::render(const Variables& variables) const {
    return parsed_->render(variables);
}

bool MessageTemplate::always_sendable(std::size_t longest_value) const noexcept {
    return parsed_->always_sendable(longest_value);
}

void check_columns(
    const std::vector<MessageTemplate>& templates, const std::vector<std::string>& columns) {
    for (const MessageTemplate& message : templates) {
        for (const std::string& variable : message.variables())
            require_column(message, variable, columns);
    }
}

std::string message_problem(std::string_view message) {
    if (is_blank(message))
        return "the message is empty";
    if (message.size() > longest_message)
        return fmt::format(
            "the message has {} bytes, WhatsApp takes {}", message.size(), longest_message);
    return {};
}

} // namespace blast
