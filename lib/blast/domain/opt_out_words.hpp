#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace blast {

/// The words with which people ask for no more messages, in English and Malay. A message opts out when it is one of
/// them as a whole, in any case; punctuation, emoji and blanks around and between words do not count, nor do zero-width characters
/// anywhere: "STOP!", " berhenti. ", "Opt-out" match, "please don't stop" and "s t o p" do not.
///
/// Any number of threads may call matches() at once.
class OptOutWords {
public:
    /// The built-in words and `extra` ones (--opt-out-word). Throws UsageError for an extra word without a letter or digit.
    explicit OptOutWords(const std::vector<std::string>& extra = {});

    /// Whether the message as a whole is an opt-out. Never throws for its input.
    bool matches(std::string_view message) const;

    /// The built-in words.
    static const std::vector<std::string_view>& built_in();

private:
    std::unordered_set<std::string> words_;
};

} // namespace blast
