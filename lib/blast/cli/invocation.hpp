#pragma once

#include "blast/cli/terminal.hpp"

#include <map>
#include <string>
#include <vector>

namespace blast {

/// A tool as it was started: all that its options and settings are read from, so that tests can say it too.
struct Invocation {
    std::string tool;                   ///< "blast-send"
    std::vector<std::string> arguments; ///< without the executable's name
    std::map<std::string, std::string>
        environment; ///< empty variables are left out: they count as unset
    Terminal terminal;

    /// The variable's value, "" when it is unset.
    std::string variable(const std::string& name) const;
};

/// This process.
Invocation this_invocation(std::string tool, int argc, char** argv);

} // namespace blast
