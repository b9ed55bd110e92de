#include "blast/domain/opt_out_words.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/unicode.hpp"

#include <fmt/format.h>

namespace blast {

namespace {

/// What a zero-width character between two letters is. Some keyboards put one into a word, others between two words.
enum class ZeroWidth { nothing, gap };

/// Letters and digits in lower case, words separated by one space, all else gone. Full width forms (U+FF01 to U+FF5E)
/// are read as the ASCII characters they show.
std::string bare_words(std::string_view text, ZeroWidth zero_width = ZeroWidth::nothing) {
    constexpr char32_t full_width_first = 0xFF01;
    constexpr char32_t full_width_last = 0xFF5E;
    std::string out;
    bool gap = false;
    while (!text.empty()) {
        char32_t code_point = take_code_point(text);
        if (code_point >= full_width_first && code_point <= full_width_last) {
            code_point = code_point - full_width_first + U'!';
        }
        if (!is_letter_or_digit(code_point)) {
            gap = gap || zero_width == ZeroWidth::gap || !is_zero_width(code_point);
            continue;
        }
        if (gap && !out.empty()) {
            out += ' ';
        }
        gap = false;
        append_utf8(out, lower_case(code_point));
    }
    return out;
}

} // namespace

const std::vector<std::string_view>& OptOutWords::built_in() {
    // The carriers' and gateways' English keywords (CTIA Messaging Principles 5.1.3.1; Twilio's default list) and what
    // Malay speakers write for them. Bare "NO", "TAK", "TIDAK" are missing on purpose: they answer other questions.
    static const std::vector<std::string_view> words = {
        "STOP",
        "STOP ALL",
        "STOPALL",
        "STOP IT",
        "STOP PLEASE",
        "PLEASE STOP",
        "PLS STOP",
        "STOP SENDING",
        "STOP MESSAGING",
        "UNSUBSCRIBE",
        "UNSUB",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "REMOVE",
        "REMOVE ME",
        "OPT OUT",
        "OPTOUT",
        "BERHENTI",
        "HENTI",
        "HENTIKAN",
        "TOLONG BERHENTI",
        "TOLONG STOP",
        "BATAL",
        "BATALKAN",
        "TAK NAK",
        "TAKNAK",
        "TAK MAHU",
        "TAKMAHU",
        "TIDAK MAHU",
        "TAK NAK DAH",
        "TAKNAK DAH",
        "JANGAN HANTAR",
        "JANGAN HANTAR LAGI",
        "JANGAN WHATSAPP LAGI",
        "STOP HANTAR",
        "NYAHLANGGAN",
        "BUANG NOMBOR SAYA",
        "PADAM NOMBOR SAYA"};
    return words;
}

OptOutWords::OptOutWords(const std::vector<std::string>& extra) {
    for (const std::string_view word : built_in()) {
        words_.insert(bare_words(word));
    }
    for (const std::string& word : extra) {
        std::string bare = bare_words(word);
        if (bare.empty()) {
            throw UsageError(
                fmt::format("--opt-out-word \"{}\" has no letter or digit", printable(word)),
                "give a word that people can answer with");
        }
        words_.insert(std::move(bare));
    }
}

bool OptOutWords::matches(std::string_view message) const {
    // A message far longer than any word is none, however much of it is punctuation: no need to read it all.
    constexpr std::size_t longest_message_read = 4096;
    if (message.size() > longest_message_read) {
        return false;
    }
    return words_.contains(bare_words(message, ZeroWidth::nothing)) ||
           words_.contains(bare_words(message, ZeroWidth::gap));
}

} // namespace blast
