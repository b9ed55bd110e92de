#include "blast/cli/nearest_word.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace blast {

namespace {

/// A row of the distance table: slips between a beginning of the word and each beginning of the candidate.
using Row = std::vector<std::size_t>;

/// Damerau-Levenshtein distance in its "optimal string alignment" form, as git uses it for its suggestions.
std::size_t typing_slips(std::string_view word, std::string_view candidate) {
    Row before_last(candidate.size() + 1);
    Row last(candidate.size() + 1);
    Row current(candidate.size() + 1);
    std::iota(last.begin(), last.end(), 0);
    for (std::size_t i = 1; i <= word.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= candidate.size(); ++j) {
            const std::size_t exchanged = last[j - 1] + (word[i - 1] == candidate[j - 1] ? 0 : 1);
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, exchanged});
            const bool swapped = i > 1 && j > 1 && word[i - 1] == candidate[j - 2] &&
                                 word[i - 2] == candidate[j - 1];
            current[j] = swapped ? std::min(current[j], before_last[j - 2] + 1) : current[j];
        }
        before_last.swap(last);
        last.swap(current);
    }
    return last.back();
}

} // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates) {
    std::string nearest;
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    for (const std::string& candidate : candidates) {
        const std::size_t slips = typing_slips(word, candidate);
        if (slips < fewest) {
            fewest = slips;
            nearest = candidate;
        }
    }
    return fewest <= std::max<std::size_t>(1, word.size() / 3) ? nearest : std::string();
}

} // namespace blast
