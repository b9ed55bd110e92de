#include "blast/report/fair_widths.hpp"

#include <algorithm>
#include <numeric>

namespace blast {

namespace {

int width_at(const WidthNeed& column, int limit) {
    return std::clamp(limit * column.weight, column.least, std::max(column.least, column.wanted));
}

int total_at(const std::vector<WidthNeed>& columns, int limit) {
    return std::accumulate(
        columns.begin(), columns.end(), 0,
        [limit](int sum, const WidthNeed& column) { return sum + width_at(column, limit); });
}

/// The widest that a column of weight 1 may be for all of them to fit into `room`; 0 where they do not fit at all.
int fitting_limit(const std::vector<WidthNeed>& columns, int room) {
    int limit = 0;
    for (const WidthNeed& column : columns) {
        limit = std::max(limit, column.wanted);
    }
    while (limit > 0 && total_at(columns, limit) > room) {
        --limit;
    }
    return limit;
}

} // namespace

std::vector<int> fair_widths(const std::vector<WidthNeed>& columns, int room) {
    const int limit = fitting_limit(columns, room);
    int left = room - total_at(columns, limit);
    std::vector<int> widths;
    widths.reserve(columns.size());
    for (const WidthNeed& column : columns) {
        int width = width_at(column, limit);
        if (left > 0 && width >= limit && width < column.wanted) {
            ++width;
            --left;
        }
        widths.push_back(width);
    }
    return widths;
}

} // namespace blast
