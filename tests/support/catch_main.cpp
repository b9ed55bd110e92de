// The main function of every suite, the same for Catch2's versions 2 and 3.
#define CATCH_CONFIG_RUNNER
#include "support/catch.hpp"

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#endif

int main(int argc, char** argv) {
    return Catch::Session().run(argc, argv);
}
