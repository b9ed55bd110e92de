#define CATCH_CONFIG_RUNNER
#include "support/own_hosts.hpp"

#include <catch2/catch.hpp>

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    try {
        blast::test::use_own_hosts();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return Catch::Session().run(argc, argv);
}
