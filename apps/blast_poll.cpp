#include "blast/cli/tools.hpp"

int main(int argc, char** argv) {
    return blast::run_tool("blast-poll", argc, argv, blast::poll_tool);
}
