// The main function of every suite, the same for Catch2's versions 2 and 3.
#define CATCH_CONFIG_RUNNER
#include "support/catch.hpp"
#include "support/own_hosts.hpp"

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#endif

#include <algorithm>
#include <exception>
#include <iostream>
#include <string_view>

namespace {

/// Asked for its tests by the build, which need not be permitted a namespace.
bool only_lists(int argc, char** argv) {
    return std::any_of(argv + 1, argv + argc, [](std::string_view argument) {
        return argument.substr(0, 6) == "--list";
    });
}

} // namespace

int main(int argc, char** argv) {
    try {
        if (!only_lists(argc, argv))
            blast::test::use_own_hosts();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return Catch::Session().run(argc, argv);
}
