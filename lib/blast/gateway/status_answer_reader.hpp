#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace blast {

/// What the body of an answer to a status question says, as read_status_fields finds it in a document.
struct StatusDocument {
    bool is_object = false;
    std::optional<bool> success;
    std::string message;
    bool data_is_empty = false; ///< "data" is an object without members
    std::string status;         ///< the gateway's word, at most 100 bytes
    std::optional<std::int64_t> c2s_timestamp;
    std::string reason; ///< why it is undeliverable; mostly empty
};

/// Reads the text in one pass, without building a document: nothing for what parse_bounded refuses. Of several members with
/// one name the last counts. Never throws for its input.
std::optional<StatusDocument> read_status_document(std::string_view text);

} // namespace blast
