#pragma once

#include "blast/store/database_error.hpp"

#include <cstddef>
#include <deque>
#include <iterator>
#include <vector>

namespace blast {

/// How work on the database goes on.
enum class WorkProgress {
    more, ///< execute next()
    done,
    lost,  ///< the connection is gone; whether the last group was committed is not known
    failed ///< the database refuses for a reason that is not in the data: see failure()
};

/// Groups of items, each a transaction's worth. One bad item does not sink the others: a group that the database refuses
/// because of its data is cut in two until the item to blame stands alone. Not thread-safe.
template <typename Item>
class WorkParts {
public:
    enum class Blame {
        nobody, ///< trouble that passes: try the same part again
        part,   ///< the part was cut in two: try the first half
        item,   ///< the part is the one item to blame
        database
    };

    void add(std::vector<Item> items) {
        if (!items.empty()) {
            parts_.push_back(std::move(items));
        }
    }
    bool empty() const noexcept { return parts_.empty(); }
    const std::vector<Item>& current() const { return parts_.front(); }
    void finish_current() {
        parts_.pop_front();
        tries_ = 0;
    }

    /// What to do after a failure that did not lose the connection.
    Blame blame(const DatabaseError& error) {
        constexpr int most_tries = 5;
        if (error.worth_a_retry() && ++tries_ < most_tries) {
            return Blame::nobody;
        }
        if (!blames_data(error)) {
            return Blame::database;
        }
        if (parts_.front().size() == 1) {
            return Blame::item;
        }
        cut_in_two();
        return Blame::part;
    }

private:
    /// Class 22, data exception, and 23, integrity constraint violation (PostgreSQL manual, appendix A).
    static bool blames_data(const DatabaseError& error) {
        const std::string code_class = error.sqlstate().substr(0, 2);
        return code_class == "22" || code_class == "23";
    }

    void cut_in_two() {
        std::vector<Item>& part = parts_.front();
        const auto middle = part.begin() + static_cast<std::ptrdiff_t>(part.size() / 2);
        std::vector<Item> first(part.begin(), middle);
        part.erase(part.begin(), middle);
        parts_.push_front(std::move(first));
    }

    std::deque<std::vector<Item>> parts_;
    int tries_ = 0;
};

} // namespace blast
