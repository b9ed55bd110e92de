#pragma once

#include <functional>
#include <string>

namespace blast::test {

/// Names that only a process with use_own_hosts() knows, and its children. libcurl answers "localhost" by itself, so it
/// does not count as a name.
namespace host {
inline constexpr const char* gateway = "gateway.blast.test"; ///< 127.0.0.1
inline constexpr const char* ipv6 = "ipv6.blast.test";       ///< ::1 alone
/// A simulator listens on the second address, and nothing on the first, which getaddrinfo(3) puts there.
inline constexpr const char* ipv6_first = "ipv6-first.blast.test";       ///< ::1, 127.0.0.1
inline constexpr const char* second_of_two = "second-of-two.blast.test"; ///< 127.0.0.1, 127.0.0.9
inline constexpr const char* unknown = "unknown.blast.test"; ///< no name of the hosts file
} // namespace host

/// Gives this process, and all that it starts, a hosts file of its own: the machine's, and the names above. Any other name
/// is asked of `nameserver`, where nothing listens, so that a test asks nobody for a name. Files are mounted over /etc's in
/// a mount namespace of the process's own (mount_namespaces(7)), for which someone who is not root needs a user namespace
/// too. To be called first in main(), by a process with one thread. Throws when the system permits neither.
void use_own_hosts();

/// Runs `body` in a thread that has a network of its own, with a loopback interface and nothing else
/// (network_namespaces(7)), as what it starts has: there it may listen on any port. Waits for its end; what it throws is
/// thrown on. For a process with use_own_hosts().
void in_own_network(const std::function<void()>& body);

/// A name for 127.0.0.1 that all processes of use_own_hosts() know, until it is forgotten: then it is asked of the nameserver.
class RevocableName {
public:
    explicit RevocableName(std::string name);
    ~RevocableName();
    RevocableName(const RevocableName&) = delete;
    RevocableName& operator=(const RevocableName&) = delete;
    RevocableName(RevocableName&&) = delete;
    RevocableName& operator=(RevocableName&&) = delete;

    const std::string& name() const noexcept { return name_; }
    void forget() const;
    void restore() const;

private:
    std::string name_;
    std::string others_; ///< the hosts file without it
};

/// A nameserver that takes questions and never answers; for in_own_network().
class SilentNameserver {
public:
    SilentNameserver();
    ~SilentNameserver();
    SilentNameserver(const SilentNameserver&) = delete;
    SilentNameserver& operator=(const SilentNameserver&) = delete;
    SilentNameserver(SilentNameserver&&) = delete;
    SilentNameserver& operator=(SilentNameserver&&) = delete;

    /// How many questions for `name` have come so far.
    int questions(const std::string& name);

private:
    int socket_;
    std::string received_; ///< all of them
};

} // namespace blast::test
