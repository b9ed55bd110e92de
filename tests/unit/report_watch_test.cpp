#include "blast/run/report_watch.hpp"

#include "support/catch.hpp"

using blast::redrawn;

TEST_CASE("a frame is drawn over the last one without a flash") {
    CHECK(redrawn("one\ntwo\n", 24) == "\x1b[Hone\x1b[K\r\ntwo\x1b[K\r\n\x1b[J");
}

TEST_CASE("a frame never scrolls the terminal") {
    CHECK(redrawn("one\ntwo\nthree\n", 3) == "\x1b[Hone\x1b[K\r\ntwo\x1b[K\r\n\x1b[J");
    CHECK(redrawn("one", 1) == "\x1b[H\x1b[J");
}
