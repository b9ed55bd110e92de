#include "blast/cli/poll_tool.hpp"
#include "blast/cli/run_tool.hpp"

int main(int argc, char** argv) {
    return blast::run_tool("blast-poll", argc, argv, blast::poll_tool);
}
