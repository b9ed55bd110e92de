#pragma once

namespace blast {

/// To be called first in main: gives a standard stream that the caller closed (`tool >&-`) a descriptor that fails
/// when it is used, so that no socket or file gets its number and is written to by mistake.
void hold_standard_streams() noexcept;

} // namespace blast
