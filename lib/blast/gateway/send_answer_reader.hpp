#pragma once

#include "blast/domain/send_outcome.hpp"

#include <string_view>

namespace blast {

/// Reads what the gateway says of one message into `answer`, in one pass and without building a document: this is done
/// for every message that is sent. Of members that come twice the last counts. `answer` keeps what it was, is_json
/// included, when the text is not one JSON object (as parse_bounded takes it).
void read_answer_body(std::string_view text, SendAnswer& answer);

} // namespace blast
