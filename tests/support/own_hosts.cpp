#include "support/own_hosts.hpp"

#include "support/process.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fstream>
#include <future>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sstream>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace blast::test {

namespace {

constexpr const char* hosts_file = "/etc/hosts";
constexpr const char* nameserver = "127.0.0.153";

/// Loopback addresses, all of them this machine.
std::string names() {
    return std::string("127.0.0.1 ") + host::gateway + "\n::1 " + host::ipv6 + "\n::1 " +
           host::ipv6_first + "\n127.0.0.1 " + host::ipv6_first + "\n127.0.0.1 " +
           host::second_of_two + "\n127.0.0.9 " + host::second_of_two + '\n';
}

/// The machine's own, but for where hosts are looked up.
std::string name_service() {
    std::istringstream machines(read_file("/etc/nsswitch.conf"));
    std::string own = "hosts: files dns\n";
    for (std::string line; std::getline(machines, line);) {
        if (line.rfind("hosts:", 0) != 0)
            own += line + '\n';
    }
    return own;
}

[[noreturn]] void fail(const char* call) {
    throw std::system_error(
        errno, std::generic_category(),
        std::string(
            "the tests cannot have a hosts file of their own (run them as root, or where user namespaces are "
            "permitted): ") +
            call);
}

void write_or_fail(const char* path, const std::string& text) {
    std::ofstream out(path);
    out << text;
    out.close();
    if (!out)
        fail(path);
}

void enter_mount_namespace() {
    if (unshare(CLONE_NEWNS) == 0)
        return;
    const std::string user = std::to_string(geteuid());
    const std::string group = std::to_string(getegid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        fail("unshare");
    write_or_fail(
        "/proc/self/setgroups", "deny"); // without it a group may not be mapped: user_namespaces(7)
    write_or_fail("/proc/self/uid_map", user + ' ' + user + " 1");
    write_or_fail("/proc/self/gid_map", group + ' ' + group + " 1");
}

void mount_over(
    const std::string& path, const std::string& content, const TemporaryFolder& folder) {
    const std::string own = folder.write("file", content);
    if (chmod(own.c_str(), 0644) != 0 ||
        mount(own.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0)
        fail(path.c_str());
    unlink(own.c_str()); // the mount keeps it
}

void raise_loopback() {
    const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{{"lo"}, {}};
    request.ifr_flags = IFF_UP;
    const bool up = ioctl(any, SIOCSIFFLAGS, &request) == 0;
    close(any);
    if (!up)
        throw std::system_error(errno, std::generic_category(), "raise the loopback interface");
}

} // namespace

void use_own_hosts() {
    const std::string hosts = read_file(hosts_file) + '\n' + names();
    const std::string services = name_service();
    enter_mount_namespace();
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        fail("mount");
    const TemporaryFolder folder;
    mount_over(hosts_file, hosts, folder);
    mount_over("/etc/nsswitch.conf", services, folder);
    mount_over("/etc/resolv.conf", std::string("nameserver ") + nameserver + '\n', folder);
}

void in_own_network(const std::function<void()>& body) {
    std::async(std::launch::async, [&body] {
        if (unshare(CLONE_NEWNET) != 0)
            throw std::system_error(errno, std::generic_category(), "unshare the network");
        raise_loopback();
        body();
    }).get();
}

RevocableName::RevocableName(std::string name)
    : name_(std::move(name)), others_(read_file(hosts_file)) {
    restore();
}

RevocableName::~RevocableName() {
    std::ofstream(hosts_file) << others_;
}

void RevocableName::forget() const {
    write_or_fail(hosts_file, others_);
}

void RevocableName::restore() const {
    write_or_fail(hosts_file, others_ + "127.0.0.1 " + name_ + '\n');
}

SilentNameserver::SilentNameserver() : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    constexpr std::uint16_t dns = 53;
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(dns);
    inet_pton(AF_INET, nameserver, &where.sin_addr);
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
        throw std::system_error(errno, std::generic_category(), "listen as a nameserver");
}

SilentNameserver::~SilentNameserver() {
    close(socket_);
}

int SilentNameserver::questions(const std::string& name) {
    std::array<char, 512> question{};
    for (ssize_t size = 0;
         (size = recv(socket_, question.data(), question.size(), MSG_DONTWAIT)) > 0;)
        received_.append(question.data(), static_cast<std::size_t>(size));
    // A label is its length and its letters (RFC 1035, 3.1).
    std::string labels;
    std::istringstream parts(name);
    for (std::string part; std::getline(parts, part, '.');)
        labels.append(1, static_cast<char>(part.size())).append(part);
    int count = 0;
    for (std::size_t at = received_.find(labels); at != std::string::npos;
         at = received_.find(labels, at + 1))
        ++count;
    return count;
}

} // namespace blast::test
