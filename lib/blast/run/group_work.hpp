#pragma once

#include "blast/store/database_error.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace blast {

/// Works on items as one transaction. When the database refuses it for another reason than trouble that passes, the group is
/// cut in two until the item that is to blame stands alone: that one is given to `on_refused` with the error, and the others
/// are done. What may pass (deadlock, serialization) is tried five times. Throws DatabaseError when the connection is lost.
template <typename Item, typename Work, typename OnRefused>
class GroupWork {
public:
    GroupWork(Work work, OnRefused on_refused)
        : work_(std::move(work)), on_refused_(std::move(on_refused)) {}

    void operator()(const std::vector<Item>& items) const {
        const std::optional<DatabaseError> refusal = attempt(items);
        if (!refusal)
            return;
        if (items.size() == 1) {
            on_refused_(items.front(), *refusal);
            return;
        }
        const auto middle = items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2);
        (*this)(std::vector<Item>(items.begin(), middle));
        (*this)(std::vector<Item>(middle, items.end()));
    }

private:
    std::optional<DatabaseError> attempt(const std::vector<Item>& items) const {
        constexpr int tries = 5;
        for (int count = 1;; ++count) {
            try {
                work_(items);
                return std::nullopt;
            } catch (const DatabaseError& error) {
                if (error.connection_lost())
                    throw;
                if (!error.worth_a_retry() || count == tries)
                    return error;
            }
        }
    }

    Work work_;
    OnRefused on_refused_;
};

template <typename Item, typename Work, typename OnRefused>
void work_on_group(const std::vector<Item>& items, Work work, OnRefused on_refused) {
    GroupWork<Item, Work, OnRefused>(std::move(work), std::move(on_refused))(items);
}

} // namespace blast
