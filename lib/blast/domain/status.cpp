#include "blast/domain/status.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace blast {

namespace {

constexpr std::array<std::pair<Status, std::string_view>, 4> status_words{
    {{Status::pending, "PENDING"},
     {Status::delivery_ack, "DELIVERY_ACK"},
     {Status::read_ack, "READ_ACK"},
     {Status::replied, "REPLIED"}}};

constexpr std::array<std::pair<OutboxState, std::string_view>, 5> state_words{
    {{OutboxState::queued, "QUEUED"},
     {OutboxState::sending, "SENDING"},
     {OutboxState::failed, "FAILED"},
     {OutboxState::unconfirmed, "UNCONFIRMED"},
     {OutboxState::dropped, "DROPPED"}}};

char to_upper(char c) noexcept {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool same_word(std::string_view word, std::string_view upper) noexcept {
    return std::equal(word.begin(), word.end(), upper.begin(), upper.end(), [](char a, char b) {
        return to_upper(a) == b;
    });
}

template <typename Table>
auto parse_word(const Table& table, std::string_view word) noexcept
    -> std::optional<typename Table::value_type::first_type> {
    for (const auto& [value, name] : table) {
        if (same_word(word, name)) {
            return value;
        }
    }
    return std::nullopt;
}

} // namespace

std::string_view to_string(Status status) noexcept {
    return status_words.at(static_cast<std::size_t>(status)).second;
}

std::string_view to_string(OutboxState state) noexcept {
    return state_words.at(static_cast<std::size_t>(state)).second;
}

std::optional<Status> parse_status(std::string_view word) noexcept {
    return parse_word(status_words, word);
}

std::optional<OutboxState> parse_outbox_state(std::string_view word) noexcept {
    return parse_word(state_words, word);
}

ReportedStatus read_gateway_status(std::string_view word) noexcept {
    if (word == "PENDING" || word == "SERVER_ACK") {
        return {Status::pending, false};
    }
    if (word == "DELIVERY_ACK") {
        return {Status::delivery_ack, false};
    }
    if (word == "READ_ACK" || word == "READ" || word == "PLAYED") {
        return {Status::read_ack, false};
    }
    return {std::nullopt, word == "ERROR"};
}

Status advance(Status current, Status reported) noexcept {
    return std::max(current, reported);
}

} // namespace blast
