#include "blast/cli/admin_tool.hpp"
#include "blast/cli/run_tool.hpp"

int main(int argc, char** argv) {
    return blast::run_tool("blast-admin", argc, argv, blast::admin_tool);
}
