// The main function of every suite, the same for Catch2's versions 2 and 3.
#define CATCH_CONFIG_RUNNER
#include "support/catch.hpp"
#include "support/own_hosts.hpp"

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#endif

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
