#include "blast/gateway/send_answer_reader.hpp"

#include "blast/gateway/answer_sax.hpp"
#include "blast/gateway/wire_json.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <iterator>
#include <tuple>
#include <utility>

namespace blast {

namespace {

using nlohmann::json;

constexpr std::size_t longest_id = 256;
constexpr std::size_t longest_words = 500;
constexpr std::size_t longest_data = 64UL * 1024;

/// Walks over the text and lets others see how far the parser has come.
struct Cursor {
    // The standard's names and forms of an iterator.
    // NOLINTBEGIN(readability-identifier-naming,cert-dcl21-cpp)
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    const char* at;
    const char** reached;

    reference operator*() const { return *at; }
    Cursor& operator++() {
        *reached = ++at;
        return *this;
    }
    Cursor operator++(int) {
        const Cursor before = *this;
        ++*this;
        return before;
    }
    // NOLINTEND(readability-identifier-naming,cert-dcl21-cpp)
    bool operator==(const Cursor& other) const { return at == other.at; }
    bool operator!=(const Cursor& other) const { return at != other.at; }
};

enum class Member { other, success, message, flat_id, data, timestamp, key, id, jid };

class BodyReader final : public AnswerSax<Member> {
public:
    SendAnswer answer;
    std::string flat_id; ///< "messageId", beside "data"
    std::string_view data;
    const char* reached = nullptr;

    bool start_object(std::size_t) override {
        if (depth_ == 0) {
            answer.is_json = true;
        }
        if (member_ == Member::data) {
            in_data_ = true;
            data_begin_ = reached - 1;
        }
        in_key_ = in_key_ || member_ == Member::key;
        return open();
    }
    bool end_object() override {
        close();
        if (depth_ == 2) {
            in_key_ = false;
        }
        if (depth_ == 1 && std::exchange(in_data_, false)) {
            data = {data_begin_, static_cast<std::size_t>(reached - data_begin_)};
        }
        return true;
    }
    bool key(string_t& name) override {
        member_ = member(name);
        forget(member_);
        return true;
    }
    bool string(string_t& text) override {
        switch (member_) {
        case Member::message: answer.words = bounded_text(std::move(text), longest_words); break;
        case Member::flat_id: flat_id = bounded_text(std::move(text), longest_id); break;
        case Member::id: answer.message_id = bounded_text(std::move(text), longest_id); break;
        case Member::jid: answer.remote_jid = bounded_text(std::move(text), longest_id); break;
        case Member::timestamp: return number(json(std::move(text)));
        default: break;
        }
        return true;
    }
    bool boolean(bool value) override {
        if (member_ == Member::success) {
            answer.success = value;
        }
        return true;
    }

private:
    Member member(const std::string& name) const {
        constexpr std::array<std::tuple<int, std::string_view, Member>, 8> members = {{
            {1, "success", Member::success},
            {1, "message", Member::message},
            {1, "messageId", Member::flat_id},
            {1, "data", Member::data},
            {2, "messageTimestamp", Member::timestamp},
            {2, "key", Member::key},
            {3, "id", Member::id},
            {3, "remoteJid", Member::jid},
        }};
        const bool on_the_way =
            depth_ == 1 || (depth_ == 2 && in_data_) || (depth_ == 3 && in_key_);
        if (!on_the_way) {
            return Member::other;
        }
        for (const auto& [depth, text, member] : members) {
            if (depth == depth_ && text == name) {
                return member;
            }
        }
        return Member::other;
    }

    /// What an earlier member of the same name said.
    void forget(Member member) {
        switch (member) {
        case Member::success: answer.success.reset(); break;
        case Member::message: answer.words.clear(); break;
        case Member::flat_id: flat_id.clear(); break;
        case Member::data:
            data = {};
            answer.message_timestamp.reset();
            [[fallthrough]];
        case Member::key: answer.remote_jid.clear(); [[fallthrough]];
        case Member::id: answer.message_id.clear(); break;
        case Member::timestamp: answer.message_timestamp.reset(); break;
        case Member::jid: answer.remote_jid.clear(); break;
        case Member::other: break;
        }
    }

    bool number(const json& value) override {
        if (member_ == Member::timestamp) {
            answer.message_timestamp = epoch_seconds(value);
        }
        return true;
    }

    bool in_data_ = false;
    bool in_key_ = false;
    const char* data_begin_ = nullptr;
};

/// As text that jsonb takes; empty where there is none, or too much.
std::string storable(std::string_view data) {
    if (data.size() <= longest_data && data.find("\\u0000") == std::string_view::npos) {
        return std::string(data);
    }
    const auto document = parse_bounded(data);
    std::string text = document ? jsonb_text(*document) : std::string();
    return text.size() <= longest_data ? text : std::string();
}

} // namespace

void read_answer_body(std::string_view text, SendAnswer& answer) {
    if (nests_too_deep(text)) {
        return;
    }
    BodyReader reader;
    reader.answer = answer;
    reader.answer.words.clear();
    const Cursor first{text.data(), &reader.reached};
    const Cursor last{text.data() + text.size(), &reader.reached};
    if (!json::sax_parse(first, last, &reader) || !reader.answer.is_json) {
        return;
    }
    answer = std::move(reader.answer);
    answer.data = storable(reader.data);
    if (answer.message_id.empty()) {
        answer.message_id = std::move(reader.flat_id);
    }
}

} // namespace blast
