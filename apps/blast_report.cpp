#include "blast/cli/tools.hpp"

int main(int argc, char** argv) {
    return blast::run_tool("blast-report", argc, argv, blast::report_tool);
}
