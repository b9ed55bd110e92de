#pragma once

#include <vector>

namespace blast {

/// What a column of a table asks for, in columns of the terminal.
struct WidthNeed {
    int least = 0;  ///< it cannot be narrower
    int wanted = 0; ///< its widest cell; not under `least`
    int weight = 1; ///< it gives way when it is so many times as wide as one with 1
};

/// The width of each column so that together they fit into `room`: the widest give way first, down to one width (times
/// their weight) that those share which want more, so that a short column is never cut for a long one's sake. Wider than `room` only where the least widths
/// are.
std::vector<int> fair_widths(const std::vector<WidthNeed>& columns, int room);

} // namespace blast
