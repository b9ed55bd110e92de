#include "support/loopback_server.hpp"

#include <array>
#include <sys/socket.h>
#include <unistd.h>

namespace blast::test {

namespace {

std::size_t content_length(const std::string& head) {
    const std::string name = "Content-Length: ";
    const std::size_t found = head.find(name);
    return found == std::string::npos ? 0 : std::stoul(head.substr(found + name.size()));
}

std::string path_of(const std::string& head) {
    const std::size_t start = head.find(' ') + 1;
    return head.substr(start, head.find(' ', start) - start);
}

std::string as_http(const ServedAnswer& answer) {
    return "HTTP/1.1 " + std::to_string(answer.status) + " Answer\r\n" + answer.headers +
           "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" + answer.body;
}

} // namespace

LoopbackServer::LoopbackServer(Handler handler) : handler_(std::move(handler)) {
    listener_.start([this] { serve(); });
}

LoopbackServer::~LoopbackServer() {
    listener_.stop();
    for (const Connection& connection : connections_)
        close(connection.descriptor);
}

std::string LoopbackServer::url(const std::string& path) const {
    return listener_.url() + path;
}

void LoopbackServer::serve() {
    while (true) {
        std::vector<int> descriptors;
        int patience = -1;
        for (const Connection& connection : connections_) {
            descriptors.push_back(connection.descriptor);
            if (!connection.stray.empty())
                patience = stray_after.count();
        }
        const auto turn = listener_.wait(descriptors, patience);
        if (!turn)
            return;
        std::vector<Connection> open;
        for (std::size_t i = 0; i < connections_.size(); ++i) {
            const bool goes_on =
                turn->readable[i] ? read_some(connections_[i]) : send_stray(connections_[i]);
            if (goes_on)
                open.push_back(std::move(connections_[i]));
        }
        connections_ = std::move(open);
        if (turn->accepted >= 0)
            connections_.push_back({turn->accepted, ""});
    }
}

bool LoopbackServer::read_some(Connection& connection) {
    std::array<char, 16384> buffer{};
    const ssize_t count = recv(connection.descriptor, buffer.data(), buffer.size(), 0);
    if (count > 0) {
        connection.buffered.append(buffer.data(), static_cast<std::size_t>(count));
        if (take_requests(connection))
            return true;
    }
    close(connection.descriptor);
    return false;
}

bool LoopbackServer::take_requests(Connection& connection) {
    std::string& buffered = connection.buffered;
    std::size_t head_end = 0;
    while ((head_end = buffered.find("\r\n\r\n")) != std::string::npos) {
        const std::string head = buffered.substr(0, head_end);
        const std::size_t end = head_end + 4 + content_length(head);
        if (buffered.size() < end)
            return true;
        const ServedAnswer answer =
            handler_({path_of(head), buffered.substr(head_end + 4, end - head_end - 4)});
        buffered.erase(0, end);
        if (answer.status == 0)
            return false;
        const std::string text = as_http(answer);
        send(connection.descriptor, text.data(), text.size(), MSG_NOSIGNAL);
        connection.stray = answer.stray;
        connection.closes_after_stray = answer.closes_after_stray;
        connection.stray_at = std::chrono::steady_clock::now() + stray_after;
    }
    return true;
}

bool LoopbackServer::send_stray(Connection& connection) {
    if (connection.stray.empty() || std::chrono::steady_clock::now() < connection.stray_at)
        return true;
    send(connection.descriptor, connection.stray.data(), connection.stray.size(), MSG_NOSIGNAL);
    connection.stray.clear();
    if (!connection.closes_after_stray)
        return true;
    close(connection.descriptor);
    return false;
}

} // namespace blast::test
