#include "support/server_user.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <pwd.h>
#include <random>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace blast::test {

namespace {

bool is_free(int port) {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        throw std::system_error(errno, std::generic_category(), "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool bound =
        bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(probe);
    return bound;
}

} // namespace

std::vector<std::string> as_server_user(std::vector<std::string> command) {
    std::vector<std::string> whole{"/usr/bin/env", "--chdir=/"};
    if (geteuid() == 0)
        whole.insert(
            whole.end(),
            {"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"});
    whole.insert(whole.end(), command.begin(), command.end());
    return whole;
}

void give_to_server_user(const TemporaryFolder& folder) {
    if (geteuid() != 0)
        return;
    const passwd* const user = getpwnam("postgres"); // NOLINT(concurrency-mt-unsafe): one thread
    if (user == nullptr || chown(folder.path().c_str(), user->pw_uid, user->pw_gid) != 0)
        throw std::runtime_error("cannot give " + folder.path() + " to the user postgres");
}

int free_port() {
    constexpr int first = 20'000;
    constexpr int last = 32'000;
    constexpr int most_tries = 200;
    std::random_device random;
    std::uniform_int_distribution<int> ports(first, last);
    for (int tries = 0; tries < most_tries; ++tries) {
        const int port = ports(random);
        if (is_free(port))
            return port;
    }
    throw std::runtime_error("no free port");
}

} // namespace blast::test
