#include "blast/cli/report_tool.hpp"
#include "blast/cli/run_tool.hpp"

int main(int argc, char** argv) {
    return blast::run_tool("blast-report", argc, argv, blast::report_tool);
}
