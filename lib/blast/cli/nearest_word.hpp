#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace blast {

/// The candidate that `word` was probably meant to be: the one with the fewest typing slips (letters left out, put in,
/// exchanged or swapped with their neighbour), if they are few for the word's length; else "".
std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates);

} // namespace blast
