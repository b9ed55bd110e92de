#include "support/connect_proxy.hpp"

#include <array>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace blast::test {

namespace {

bool send_all(int descriptor, const char* data, std::size_t size) {
    while (size > 0) {
        const ssize_t count = send(descriptor, data, size, MSG_NOSIGNAL);
        if (count < 0)
            return false;
        data += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

/// A socket that is connected to "HOST:PORT", or -1.
int connect_to(const std::string& target) {
    const std::size_t colon = target.rfind(':');
    addrinfo* found = nullptr;
    if (getaddrinfo(
            target.substr(0, colon).c_str(), target.substr(colon + 1).c_str(), nullptr, &found) !=
        0)
        return -1;
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
    const int descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(descriptor, found->ai_addr, found->ai_addrlen) == 0)
        return descriptor;
    close(descriptor);
    return -1;
}

} // namespace

ConnectProxy::ConnectProxy() {
    listener_.start([this] { serve(); });
}

ConnectProxy::~ConnectProxy() {
    listener_.stop();
    for (const auto& [descriptor, other] : other_end_)
        close(descriptor);
}

std::string ConnectProxy::url() const {
    return listener_.url();
}

void ConnectProxy::refuse(int allowed, int refused) {
    allowed_ = allowed;
    to_refuse_ = refused;
}

std::vector<std::string> ConnectProxy::asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
}

void ConnectProxy::serve() {
    while (true) {
        std::vector<int> ends;
        for (const auto& [descriptor, other] : other_end_)
            ends.push_back(descriptor);
        const auto turn = listener_.wait(ends);
        if (!turn)
            return;
        for (std::size_t i = 0; i < ends.size(); ++i) {
            const bool there = other_end_.contains(ends[i]); // else ended with its other end
            if (turn->readable[i] && there && !take_from(ends[i]))
                close_both(ends[i]);
        }
        if (turn->accepted >= 0)
            other_end_[turn->accepted] = -1;
    }
}

/// False when the connection has ended, or is to.
bool ConnectProxy::take_from(int descriptor) {
    std::array<char, 16384> buffer{};
    const ssize_t count = recv(descriptor, buffer.data(), buffer.size(), 0);
    if (count <= 0)
        return false;
    const auto size = static_cast<std::size_t>(count);
    const int other = other_end_.at(descriptor);
    if (other >= 0) {
        relayed_ += size;
        return send_all(other, buffer.data(), size);
    }
    std::string& request = request_[descriptor].append(buffer.data(), size);
    return request.find("\r\n\r\n") == std::string::npos || open_tunnel(descriptor);
}

bool ConnectProxy::open_tunnel(int client) {
    const std::string request = request_.at(client);
    request_.erase(client);
    const std::string method = "CONNECT ";
    if (request.rfind(method, 0) != 0)
        return false;
    const std::string target =
        request.substr(method.size(), request.find(' ', method.size()) - method.size());
    {
        const std::lock_guard lock(mutex_);
        asked_.push_back(target);
    }
    if (allowed_ == 0 && to_refuse_ > 0) {
        --to_refuse_;
        ++refusals_;
        const std::string refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
        send_all(client, refusal.data(), refusal.size());
        return false;
    }
    if (allowed_ > 0)
        --allowed_;
    const int server = connect_to(target);
    const std::string answer = server < 0 ? "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
                                          : "HTTP/1.1 200 Connected\r\n\r\n";
    if (server >= 0) {
        other_end_[client] = server;
        other_end_[server] = client;
    }
    return send_all(client, answer.data(), answer.size()) && server >= 0;
}

void ConnectProxy::close_both(int descriptor) {
    const int other = other_end_.at(descriptor);
    for (const int end : {descriptor, other}) {
        if (end >= 0) {
            close(end);
            other_end_.erase(end);
            request_.erase(end);
        }
    }
}

} // namespace blast::test
