#include "support/http_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace blast::test {

namespace {

constexpr int answer_limit_seconds = 30;

std::uint16_t port_of(const std::string& url) {
    const std::size_t colon = url.rfind(':');
    return static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return text;
}

void read_head(const std::string& head, HttpAnswer& answer) {
    std::istringstream lines(head);
    std::string version;
    std::string line;
    lines >> version >> answer.status;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        const std::size_t colon = line.find(": ");
        if (colon != std::string::npos)
            answer.headers[lower(line.substr(0, colon))] =
                line.substr(colon + 2, line.find('\r') - colon - 2);
    }
}

} // namespace

HttpClient::HttpClient(const std::string& url) : port_(port_of(url)) {}

HttpClient::~HttpClient() {
    close_connection();
}

HttpAnswer HttpClient::get(const std::string& path, const Headers& headers) {
    start("GET", path, "", headers);
    return finish();
}

HttpAnswer
HttpClient::post(const std::string& path, const std::string& body, const Headers& headers) {
    start("POST", path, body, headers);
    return finish();
}

void HttpClient::start(
    const std::string& method,
    const std::string& path,
    const std::string& body,
    const Headers& headers) {
    std::string request = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    for (const auto& [name, value] : headers)
        request.append(name).append(": ").append(value).append("\r\n");
    if (method == "POST" && !headers.contains("Content-Type"))
        request += "Content-Type: application/json\r\n";
    if (method == "POST")
        request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send_raw(request + "\r\n" + body);
}

void HttpClient::send_raw(const std::string& bytes) {
    connect_if_needed();
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t count = send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count < 0)
            return; // the server ended the connection; finish() tells how
        sent += static_cast<std::size_t>(count);
    }
}

bool HttpClient::ended() const {
    char next = 0;
    const ssize_t count = recv(socket_, &next, 1, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN);
}

HttpAnswer HttpClient::finish() {
    HttpAnswer answer;
    std::size_t head_end = std::string::npos;
    while ((head_end = received_.find("\r\n\r\n")) == std::string::npos) {
        if (!receive_more(answer))
            return answer;
    }
    read_head(received_.substr(0, head_end), answer);
    const auto length = answer.headers.find("content-length");
    const std::size_t body_size = length == answer.headers.end() ? 0 : std::stoul(length->second);
    const std::size_t end = head_end + 4 + body_size;
    while (received_.size() < end) {
        if (!receive_more(answer)) {
            answer.status = 0;
            return answer;
        }
    }
    answer.body = received_.substr(head_end + 4, body_size);
    received_.erase(0, end);
    if (answer.headers["connection"] == "close")
        close_connection();
    return answer;
}

void HttpClient::connect_if_needed() {
    if (socket_ >= 0)
        return;
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port_);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval limit{answer_limit_seconds, 0};
    const int yes = 1;
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const auto* const address = reinterpret_cast<const sockaddr*>(&where);
    if (connect(socket_, address, sizeof where) == 0)
        return;
    const int why = errno;
    close_connection();
    throw std::system_error(why, std::generic_category(), "connect to the server under test");
}

void HttpClient::close_connection() {
    if (socket_ >= 0)
        close(socket_);
    socket_ = -1;
    received_.clear();
}

bool HttpClient::receive_more(HttpAnswer& answer) {
    std::array<char, 16384> buffer{};
    const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
    if (count > 0) {
        received_.append(buffer.data(), static_cast<std::size_t>(count));
        return true;
    }
    if (count < 0 && errno != ECONNRESET)
        throw std::system_error(errno, std::generic_category(), "wait for the server's answer");
    answer.reset = count < 0;
    close_connection();
    return false;
}

} // namespace blast::test
