#include "blast/cli/invocation.hpp"
#include "blast/cli/report_options.hpp"
#include "blast/cli/required_settings.hpp"
#include "blast/cli/terminal.hpp"
#include "blast/cli/tools.hpp"
#include "blast/core/clock.hpp"
#include "blast/core/log.hpp"
#include "blast/core/output.hpp"
#include "blast/core/stop_signal.hpp"
#include "blast/run/report_watch.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/report_store.hpp"

#include <memory>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

namespace blast {

namespace {

/// Of the report, which may go to a file.
TextStyle report_style(const Invocation& invocation, const ReportOptions& options) {
    return options.output_path.empty() ? text_style(invocation)
                                       : TextStyle{output_width(invocation), false, false, false};
}

int terminal_rows() {
    constexpr int usual = 24;
    winsize size{};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : usual;
}

std::unique_ptr<Output> open_output(const std::string& path) {
    if (path.empty()) {
        return std::make_unique<StandardOutput>();
    }
    return std::make_unique<ReplacedFile>(path);
}

} // namespace

ExitCode report_tool(const Invocation& invocation) {
    const SystemClock clock;
    const ReportOptions options = parse_report_options(invocation, clock.wall());
    const std::string& url = require_database_url(options.settings);
    const Log log(log_settings(options.settings));
    const std::unique_ptr<Output> output = open_output(options.output_path);
    const ReportSurroundings surroundings{
        *output, report_style(invocation, options), options.settings.timezone, clock, log};
    if (options.watch) {
        const StopSignal stop;
        return watch_report(
            options.request, url, surroundings,
            [&] {
                return Screen{report_style(invocation, options), terminal_rows()};
            },
            stop);
    }
    Connection connection(url, Access::read);
    ReportStore store(connection);
    run_report(options.request, store, surroundings);
    output->finish();
    return ExitCode::done;
}

} // namespace blast
