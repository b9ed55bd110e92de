#include "blast/cli/invocation.hpp"

#include <string_view>
#include <unistd.h>
#include <utility>

namespace blast {

namespace {

std::map<std::string, std::string> this_environment() {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos && equals + 1 < text.size()) {
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return variables;
}

} // namespace

std::string Invocation::variable(const std::string& name) const {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

Invocation this_invocation(std::string tool, int argc, char** argv) {
    Invocation invocation;
    invocation.tool = std::move(tool);
    if (argc > 1) {
        invocation.arguments.assign(argv + 1, argv + argc);
    }
    invocation.environment = this_environment();
    invocation.terminal =
        this_terminal(invocation.variable("NO_COLOR"), invocation.variable("TERM"));
    return invocation;
}

} // namespace blast
