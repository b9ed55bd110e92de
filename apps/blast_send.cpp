#include "blast/cli/run_tool.hpp"
#include "blast/cli/send_tool.hpp"

int main(int argc, char** argv) {
    return blast::run_tool("blast-send", argc, argv, blast::send_tool);
}
