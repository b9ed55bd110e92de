#pragma once

#include <string>

namespace blast {

/// The text of a --message-file, or of standard input for "-": without a BOM, with LF for each line end, and without the one
/// at its end. Throws UsageError when it cannot be read, is larger than 1 MiB or is not UTF-8.
std::string read_message_file(const std::string& path);

} // namespace blast
