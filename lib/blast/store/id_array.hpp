#pragma once

#include "blast/store/parameters.hpp"

#include <cstdint>
#include <vector>

namespace blast {

/// For unnest($1::bigint[]) and = ANY ($1::bigint[]).
inline ArrayLiteral id_array(const std::vector<std::int64_t>& ids) {
    ArrayLiteral array;
    for (const std::int64_t id : ids) {
        array.add(id);
    }
    return array;
}

} // namespace blast
