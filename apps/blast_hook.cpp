#include "blast/cli/hook_tool.hpp"
#include "blast/cli/run_tool.hpp"

int main(int argc, char** argv) {
    return blast::run_tool("blast-hook", argc, argv, blast::hook_tool);
}
