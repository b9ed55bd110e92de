#include "blast/domain/template.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/column_name.hpp"
#include "blast/domain/unicode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <vector>

namespace blast {

namespace {

namespace mustache = kainjow::mustache;
using Component = mustache::component<std::string>;
using mustache::tag_type;

constexpr std::string_view tag_remedy =
    "write {{name}}, {{#name}}...{{/name}} or {{^name}}...{{/name}}";

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
        if (name == always_kept_section) {
            return &always_;
        }
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
        if (last < variables.size() && is_it(variables[last])) {
            return last;
        }
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

/// The library's words end with the offset of what is wrong: "Unclosed tag at 17".
[[noreturn]] void
refuse_syntax(std::string_view text, const std::string& origin, const std::string& complaint) {
    const std::size_t at = complaint.rfind(" at ");
    const std::string digits = at == std::string::npos ? "0" : complaint.substr(at + 4);
    throw UsageError(
        fmt::format(
            "{}: {}", template_place(text, origin, std::strtoul(digits.c_str(), nullptr, 10)),
            printable(complaint.substr(0, at))),
        std::string(tag_remedy));
}

void require_column(
    const MessageTemplate& message,
    const std::string& variable,
    const std::vector<std::string>& columns) {
    const bool given = std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
        return same_column_name(column, variable);
    });
    if (!given) {
        throw UsageError(
            fmt::format("{}: no column \"{}\"", printable(message.origin()), printable(variable)),
            "use one of " + quoted_columns(columns));
    }
}

} // namespace

/// The template as the library parsed it: once into a tree that can be read here, because the library keeps its own to
/// itself, and once into the one that it renders.
class MessageTemplate::Parsed {
public:
    Parsed(std::string text, std::string origin)
        : text_(std::move(text)),
          origin_(std::move(origin)),
          prepared_(with_matching_closers(text_)),
          mustache_(checked()),
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
    std::string checked() {
        check_template_text(text_, origin_);
        Component root;
        std::string complaint;
        mustache::context<std::string> nothing;
        mustache::context_internal<std::string> context(nothing);
        const mustache::parser<std::string> parser(prepared_, context, root, complaint);
        if (!complaint.empty()) {
            refuse_syntax(prepared_, origin_, complaint);
        }
        for (const Component& part : root.children) {
            has_own_text_ = has_own_text_ || (part.is_text() && !is_blank(part.text));
        }
        read_tags(root);
        return with_lone_tags_marked(prepared_);
    }

    void read_tags(const Component& parent) {
        for (const Component& part : parent.children) {
            read_tag(part);
            read_tags(part);
        }
    }

    void read_tag(const Component& part) {
        const mustache::mstch_tag<std::string>& tag = part.tag;
        if (tag.type == tag_type::text || tag.type == tag_type::comment) {
            return;
        }
        if (tag.type == tag_type::partial) {
            refuse(
                part,
                fmt::format("partials such as {{{{>{}}}}} are not supported", printable(tag.name)));
        }
        if (tag.type == tag_type::set_delimiter) {
            refuse(part, "a change of delimiters, {{=...=}}, is not supported");
        }
        if (normalised_column_name(tag.name).empty()) {
            refuse(part, "a tag without a name");
        }
        ++tags_;
        if (std::find(variables_.begin(), variables_.end(), tag.name) == variables_.end()) {
            variables_.push_back(tag.name);
        }
    }

    [[noreturn]] void refuse(const Component& part, const std::string& wrong) const {
        throw UsageError(
            template_place(prepared_, origin_, part.position) + ": " + wrong,
            std::string(tag_remedy));
    }

    std::string text_;
    std::string origin_;
    std::string prepared_; ///< what the library parses
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
        for (const std::string& variable : message.variables()) {
            require_column(message, variable, columns);
        }
    }
}

std::string message_problem(std::string_view message) {
    if (is_blank(message)) {
        return "the message is empty";
    }
    if (message.size() > longest_message) {
        return fmt::format(
            "the message has {} bytes, WhatsApp takes {}", message.size(), longest_message);
    }
    return {};
}

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
