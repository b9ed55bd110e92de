#include "blast/cli/admin_tool.hpp"

#include "blast/cli/admin_blasts.hpp"
#include "blast/cli/admin_opt_outs.hpp"
#include "blast/cli/admin_options.hpp"
#include "blast/cli/admin_setup.hpp"

#include <stdexcept>

namespace blast {

ExitCode admin_tool(const Invocation& invocation) {
    const AdminOptions options = parse_admin_options(invocation);
    switch (options.command) {
    case AdminCommand::migrate: return run_migrate(options);
    case AdminCommand::check: return run_check(options);
    case AdminCommand::opt_out_add: return run_opt_out_add(options);
    case AdminCommand::opt_out_remove: return run_opt_out_remove(options);
    case AdminCommand::opt_out_list: return run_opt_out_list(options);
    case AdminCommand::opt_out_import: return run_opt_out_import(options);
    case AdminCommand::resolve: return run_resolve(options);
    case AdminCommand::forget: return run_forget(options);
    case AdminCommand::close: return run_close(options);
    case AdminCommand::cancel: return run_cancel(options);
    }
    throw std::logic_error("unknown command");
}

} // namespace blast
