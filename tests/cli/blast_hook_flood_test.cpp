// Clients that open connections by the thousand, and let them hang or go.
#include "support/catch.hpp"
#include "support/temporary_database.hpp"
#include "support/webhook_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using blast::test::HttpClient;
using blast::test::TemporaryDatabase;
using blast::test::wait_until;
using blast::test::WebhookService;
using std::chrono::steady_clock;

namespace {

/// This process's limit of open files, which those that it starts inherit; as it was in the end.
class FileLimit {
public:
    FileLimit() {
        REQUIRE(getrlimit(RLIMIT_NOFILE, &before_) == 0);
        REQUIRE(before_.rlim_max >= 8192);
    }
    ~FileLimit() { setrlimit(RLIMIT_NOFILE, &before_); }
    FileLimit(const FileLimit&) = delete;
    FileLimit& operator=(const FileLimit&) = delete;
    FileLimit(FileLimit&&) = delete;
    FileLimit& operator=(FileLimit&&) = delete;

    void set(rlim_t files) const {
        const rlimit limit{files, before_.rlim_max};
        REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    }

private:
    rlimit before_{};
};

/// Connections that were opened without waiting for the server to accept them, and say at most one thing.
class Flood {
public:
    Flood(const WebhookService& hook, int connections, const std::string& words = {}) {
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        where.sin_port = htons(
            static_cast<std::uint16_t>(std::stoi(hook.url().substr(hook.url().rfind(':') + 1))));
        for (int i = 0; i < connections; ++i) {
            sockets_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            REQUIRE(sockets_.back() >= 0);
            connect(sockets_.back(), reinterpret_cast<sockaddr*>(&where), sizeof where);
            send(sockets_.back(), words.data(), words.size(), MSG_NOSIGNAL);
        }
    }
    ~Flood() { end(); }
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;
    Flood(Flood&&) = delete;
    Flood& operator=(Flood&&) = delete;

    void end() {
        for (const int socket : sockets_)
            close(socket);
        sockets_.clear();
    }

private:
    std::vector<int> sockets_;
};

/// How many files the server may have, how many connections come, and with how many open files it is full.
struct Scale {
    int file_limit; ///< a hard one
    int flood;
    int full;
};

/// blast-hook takes 4,096 connections at a time, where it may.
constexpr Scale with_many_files{8192, 5000, 4000};
constexpr Scale with_few_files{1024, 1100, 900};

/// A server, and files enough here for a flood of it.
struct Besieged {
    explicit Besieged(const Scale& its_scale) : scale(its_scale) {
        limit.set(8192);
        const std::string files = fmt::format("--nofile={0}:{0}", scale.file_limit);
        hook = std::make_unique<WebhookService>(
            database.url(), std::vector<std::string>{}, blast::test::Environment{},
            std::vector<std::string>{"/usr/bin/prlimit", files});
    }

    /// Until the server holds about as many connections as it takes.
    void wait_until_full() const {
        const std::filesystem::path files = fmt::format("/proc/{}/fd", hook->process().pid());
        wait_until("the flood to fill blast-hook", [&] {
            const std::filesystem::directory_iterator open(files);
            return std::distance(begin(open), end(open)) >= scale.full;
        });
    }

    Scale scale;
    FileLimit limit;
    TemporaryDatabase database;
    std::unique_ptr<WebhookService> hook;
};

std::string event(int number) {
    return fmt::format(R"({{"messageId":"M{}","status":"READ"}})", number);
}

template <typename Action>
double seconds_of(Action action) {
    const auto begun = steady_clock::now();
    action();
    return std::chrono::duration<double>(steady_clock::now() - begun).count();
}

} // namespace

TEST_CASE(
    "blast-hook answers within five seconds after a flood of idle connections has gone",
    "[alone]") {
    const Scale scale = GENERATE(with_many_files, with_few_files);
    CAPTURE(scale.file_limit);
    const Besieged server(scale);
    for (int round = 0; round < 3; ++round) {
        Flood flood(*server.hook, scale.flood);
        server.wait_until_full();
        server.hook->process().signal(SIGSTOP);
        flood.end();
        server.hook->process().signal(SIGCONT);
        CHECK(seconds_of([&] { CHECK(server.hook->health() == 200); }) < 5);
        CHECK(seconds_of([&] { CHECK(server.hook->post(event(round)).status == 200); }) < 5);
    }
}

TEST_CASE("An event is answered within two seconds while a flood of connections hangs", "[alone]") {
    const std::string healthz = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string head_alone =
        "POST " + WebhookService::path() + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n";
    const std::string words = GENERATE_COPY(std::string(), healthz, head_alone);
    const Scale scale = GENERATE(with_many_files, with_few_files);
    CAPTURE(words, scale.file_limit);
    const Besieged server(scale);
    const Flood flood(*server.hook, scale.flood, words);
    server.wait_until_full();
    for (int number = 0; number < 5; ++number)
        CHECK(seconds_of([&] { CHECK(server.hook->post(event(number)).status == 200); }) < 2);
    CHECK(seconds_of([&] { CHECK(server.hook->health() == 200); }) < 2);
}

TEST_CASE("The connection that has been silent longest makes room for a new one", "[alone]") {
    const Scale scale = GENERATE(with_many_files, with_few_files);
    CAPTURE(scale.file_limit);
    const Besieged server(scale);
    HttpClient first(server.hook->url());
    CHECK(first.get("/healthz").status == 200);
    const Flood flood(*server.hook, scale.flood);
    // Long before one that says nothing is closed for that, after 30 s.
    wait_until(
        "the oldest connection to be ended", [&] { return first.ended(); },
        std::chrono::seconds(10));
    CHECK(server.hook->post(event(1)).status == 200);
}
