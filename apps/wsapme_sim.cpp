#include "blast/core/error.hpp"
#include "blast/core/standard_streams.hpp"
#include "blast/core/stop_signal.hpp"
#include "blast/sim/options.hpp"
#include "blast/sim/simulator.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>

namespace {

void report(const char* what) {
    fmt::print(stderr, "wsapme-sim: {}\n", what);
}

} // namespace

int main(int argc, char** argv) {
    blast::hold_standard_streams();
    try {
        const auto settings = blast::sim::parse_options(argc, argv);
        if (settings) {
            const blast::StopSignal stop;
            blast::sim::simulate(*settings, stop);
        }
        return 0;
    } catch (const blast::Error& error) {
        report(error.what());
        return static_cast<int>(error.exit_code());
    } catch (const std::exception& error) {
        report(error.what());
        return 1;
    }
}
