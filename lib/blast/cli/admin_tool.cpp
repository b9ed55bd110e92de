#include "blast/cli/admin_tool.hpp"

#include "blast/cli/admin_options.hpp"
#include "blast/cli/admin_setup.hpp"

namespace blast {

ExitCode admin_tool(const Invocation& invocation) {
    const AdminOptions options = parse_admin_options(invocation);
    switch (options.command) {
    case AdminCommand::migrate: return run_migrate(options);
    case AdminCommand::check: return run_check(options);
    default: throw UsageError("this command is not built yet", "");
    }
}

} // namespace blast
