#include "blast/cli/tools.hpp"

int main(int argc, char** argv) {
    return blast::run_tool("blast-admin", argc, argv, blast::admin_tool);
}
