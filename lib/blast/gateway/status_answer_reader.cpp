#include "blast/gateway/status_answer_reader.hpp"

#include "blast/gateway/answer_sax.hpp"
#include "blast/gateway/wire_json.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <initializer_list>
#include <utility>

namespace blast {

namespace {

using nlohmann::json;

constexpr std::size_t longest_status = 100;
constexpr std::size_t longest_reason = 500;
constexpr std::size_t longest_message = 4096;

/// What the document says of the message itself, or under "data".
struct Part {
    std::string status;
    std::string message_status;
    std::string reason;
    std::string error;
    std::string message;
    std::optional<std::int64_t> c2s_timestamp;
};

enum class Member {
    other,
    success,
    data,
    status,
    message_status,
    reason,
    error,
    message,
    c2s_timestamp
};

class StatusReader final : public AnswerSax<Member> {
public:
    bool is_object = false;
    std::optional<bool> success;
    Part top;
    std::optional<Part> data; ///< if it is an object
    bool data_is_empty = false;

    bool start_object(std::size_t) override {
        if (depth_ == 0) {
            is_object = true;
        }
        if (member_ == Member::data) {
            data.emplace();
            data_is_empty = true;
            in_data_ = true;
        }
        return open();
    }
    bool end_object() override {
        close();
        in_data_ = in_data_ && depth_ > 1;
        return true;
    }
    bool key(string_t& name) override {
        member_ = Member::other;
        if (depth_ == 1 || (depth_ == 2 && in_data_)) {
            data_is_empty = data_is_empty && depth_ == 1;
            member_ = member(name);
            forget();
        }
        return true;
    }
    bool string(string_t& text) override {
        if (member_ == Member::c2s_timestamp) {
            return number(json(std::move(text)));
        }
        if (std::string* const place = text_of(member_)) {
            *place = bounded_text(std::move(text), limit_of(member_));
        }
        return true;
    }
    bool boolean(bool value) override {
        if (member_ == Member::success) {
            success = value;
        }
        return true;
    }

private:
    Member member(const std::string& name) const {
        constexpr std::array<std::pair<std::string_view, Member>, 8> members = {{
            {"status", Member::status},
            {"messageC2STimestamp", Member::c2s_timestamp},
            {"success", Member::success},
            {"data", Member::data},
            {"message", Member::message},
            {"messageStatus", Member::message_status},
            {"reason", Member::reason},
            {"error", Member::error},
        }};
        for (const auto& [text, member] : members) {
            if (text == name) {
                const bool only_at_top = member == Member::success || member == Member::data;
                return only_at_top && depth_ > 1 ? Member::other : member;
            }
        }
        return Member::other;
    }

    Part& part() { return in_data_ ? *data : top; }

    std::string* text_of(Member member) {
        switch (member) {
        case Member::status: return &part().status;
        case Member::message_status: return &part().message_status;
        case Member::reason: return &part().reason;
        case Member::error: return &part().error;
        case Member::message: return &part().message;
        default: return nullptr;
        }
    }

    static std::size_t limit_of(Member member) {
        switch (member) {
        case Member::status:
        case Member::message_status: return longest_status;
        case Member::message: return longest_message;
        default: return longest_reason;
        }
    }

    /// What an earlier member of the same name said.
    void forget() {
        if (std::string* const place = text_of(member_)) {
            place->clear();
        } else if (member_ == Member::c2s_timestamp) {
            part().c2s_timestamp.reset();
        } else if (member_ == Member::success) {
            success.reset();
        } else if (member_ == Member::data) {
            data.reset();
            data_is_empty = false;
        }
    }

    bool number(const json& value) override {
        if (member_ == Member::c2s_timestamp) {
            part().c2s_timestamp = epoch_seconds(value);
        }
        return true;
    }

    bool in_data_ = false;
};

std::string first_of(std::initializer_list<std::string*> texts) {
    for (std::string* const text : texts) {
        if (!text->empty()) {
            return std::move(*text);
        }
    }
    return {};
}

} // namespace

std::optional<StatusDocument> read_status_document(std::string_view text) {
    StatusReader reader;
    if (nests_too_deep(text) || !json::sax_parse(text.begin(), text.end(), &reader)) {
        return std::nullopt;
    }
    StatusDocument document;
    document.is_object = reader.is_object;
    document.success = reader.success;
    document.message = reader.top.message;
    document.data_is_empty = reader.data_is_empty;
    Part& top = reader.top;
    Part& inner = reader.data ? *reader.data : top;
    document.status =
        first_of({&inner.status, &top.status, &top.message_status, &inner.message_status});
    document.c2s_timestamp = inner.c2s_timestamp ? inner.c2s_timestamp : top.c2s_timestamp;
    document.reason =
        bounded_text(first_of({&inner.reason, &inner.error, &inner.message}), longest_reason);
    return document;
}

} // namespace blast
