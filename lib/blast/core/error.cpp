#include "blast/core/error.hpp"

namespace blast {

Error::Error(ExitCode code, const std::string& wrong, const std::string& remedy)
    : std::runtime_error(remedy.empty() ? wrong : wrong + ": " + remedy), code_(code) {}

} // namespace blast
