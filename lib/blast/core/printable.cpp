#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <unistr.h>

namespace blast {

namespace {

const std::uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

/// C0, DEL and, as U+0080 to U+009F, C1: what a terminal could take for a command.
bool is_control(std::string_view sequence) {
    const auto first = static_cast<unsigned char>(sequence[0]);
    return first < 0x20 || first == 0x7F ||
           (first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0);
}

void append_escaped(std::string& out, char byte) {
    switch (byte) {
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default: out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
}

void append_each_escaped(std::string& out, std::string_view bytes) {
    for (const char byte : bytes) {
        append_escaped(out, byte);
    }
}

/// The digits of a phone, masked; a plus before them goes, since what is masked begins with one.
void append_masked(std::string& out, std::string_view digits) {
    if (!out.empty() && out.back() == '+') {
        out.pop_back();
    }
    out += mask_phone('+' + std::string(digits));
}

} // namespace

std::size_t utf8_sequence_length(std::string_view text) noexcept {
    ucs4_t character = 0;
    const int length = u8_mbtoucr(&character, bytes_of(text), text.size());
    return length < 0 ? 0 : static_cast<std::size_t>(length);
}

bool is_utf8(std::string_view text) noexcept {
    return u8_check(bytes_of(text), text.size()) == nullptr;
}

std::string printable(std::string_view text, std::size_t limit) {
    std::string out;
    while (!text.empty()) {
        if (out.size() >= limit) {
            return out + "...";
        }
        const std::size_t length = utf8_sequence_length(text);
        const std::string_view sequence = text.substr(0, length == 0 ? 1 : length);
        if (length == 0 || is_control(sequence)) {
            append_each_escaped(out, sequence);
        } else {
            out += sequence;
        }
        text.remove_prefix(sequence.size());
    }
    return out;
}

std::string mask_phone(std::string_view phone) {
    constexpr std::size_t shown_front = 5;
    constexpr std::size_t shown_back = 4;
    if (phone.size() <= shown_front + shown_back) {
        return "***";
    }
    return fmt::format(
        "{}***{}", phone.substr(0, shown_front), phone.substr(phone.size() - shown_back));
}

std::string mask_phones(std::string_view text) {
    constexpr std::size_t fewest_digits = 8;
    constexpr std::size_t most_digits = 15;
    constexpr std::string_view digit = "0123456789";
    std::string out;
    while (!text.empty()) {
        const std::size_t begin = std::min(text.find_first_of(digit), text.size());
        const std::size_t end = std::min(text.find_first_not_of(digit, begin), text.size());
        const std::string_view run = text.substr(begin, end - begin);
        out += text.substr(0, begin);
        if (run.size() < fewest_digits || run.size() > most_digits) {
            out += run;
        } else {
            append_masked(out, run);
        }
        text.remove_prefix(end);
    }
    return out;
}

} // namespace blast
