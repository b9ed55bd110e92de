#include "blast/cli/tools.hpp"

int main(int argc, char** argv) {
    return blast::run_tool("blast-send", argc, argv, blast::send_tool);
}
