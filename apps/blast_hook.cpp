#include "blast/cli/tools.hpp"

int main(int argc, char** argv) {
    return blast::run_tool("blast-hook", argc, argv, blast::hook_tool);
}
