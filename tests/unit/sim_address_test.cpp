#include "blast/core/error.hpp"

#include "sim/address.hpp"
#include "support/catch.hpp"

#include <string>

using blast::sim::is_loopback_url;
using blast::sim::parse_listen_address;

TEST_CASE("a listen address is a loopback host and a port") {
    CHECK(parse_listen_address("127.0.0.1:8088").host == "127.0.0.1");
    CHECK(parse_listen_address("127.0.0.1:8088").port == 8088);
    CHECK(parse_listen_address("127.9.9.9:0").host == "127.9.9.9");
    CHECK(parse_listen_address("localhost:1").host == "127.0.0.1");
    CHECK(parse_listen_address("[::1]:1").host == "::1");
}

TEST_CASE("other listen addresses are refused") {
    const std::string text = GENERATE(
        "", "8088", ":8088", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
        "127.0.0.1:-1", "127.0.0.1:80x", "0.0.0.0:80", "10.0.0.1:80", "128.0.0.1:80", "[::]:80",
        "::1:80", "example.com:80", "127.0.0.1.example.com:80");
    CAPTURE(text);
    CHECK_THROWS_AS(parse_listen_address(text), blast::UsageError);
}

TEST_CASE("only plain http to loopback is a loopback URL") {
    CHECK(is_loopback_url("http://127.0.0.1:8080/hook/secret"));
    CHECK(is_loopback_url("http://localhost/hook"));
    CHECK(is_loopback_url("http://[::1]:1/"));
    const std::string other = GENERATE(
        "", "https://127.0.0.1/", "http://example.com/", "http://127.0.0.1.example.com/",
        "http://127.0.0.1@example.com/", "http://10.0.0.1/", "file:///etc/passwd", "127.0.0.1",
        "http://");
    CAPTURE(other);
    CHECK_FALSE(is_loopback_url(other));
}
