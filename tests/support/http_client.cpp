#include "support/http_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <gnutls/gnutls.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace blast::test {

namespace {

constexpr int answer_limit_milliseconds = 30'000;

std::string host_of(const std::string& url) {
    const std::size_t start = url.find("://") + 3;
    return url.substr(start, url.rfind(':') - start);
}

std::string port_of(const std::string& url) {
    const std::size_t start = url.rfind(':') + 1;
    return url.substr(start, url.find_first_not_of("0123456789", start) - start);
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

/// A session over a connected socket.
class HttpClient::Tls {
public:
    explicit Tls(int socket) {
        gnutls_certificate_allocate_credentials(&credentials_);
        gnutls_init(&session_, GNUTLS_CLIENT);
        gnutls_set_default_priority(session_);
        gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_);
        gnutls_transport_set_int(session_, socket);
        gnutls_handshake_set_timeout(session_, answer_limit_milliseconds);
        int result = 0;
        do {
            result = gnutls_handshake(session_);
        } while (result < 0 && gnutls_error_is_fatal(result) == 0);
        if (result < 0) {
            release();
            throw std::runtime_error(std::string("TLS handshake: ") + gnutls_strerror(result));
        }
    }
    ~Tls() { release(); }
    Tls(const Tls&) = delete;
    Tls& operator=(const Tls&) = delete;
    Tls(Tls&&) = delete;
    Tls& operator=(Tls&&) = delete;

    bool holds_data() const { return gnutls_record_check_pending(session_) > 0; }
    ssize_t send(const char* data, std::size_t size) {
        return gnutls_record_send(session_, data, size);
    }
    /// As recv(2): with errno, EAGAIN where what came was no data of the application's.
    ssize_t receive(char* buffer, std::size_t size) {
        const ssize_t count = gnutls_record_recv(session_, buffer, size);
        if (count == GNUTLS_E_PREMATURE_TERMINATION)
            return 0;
        if (count < 0)
            errno = gnutls_error_is_fatal(static_cast<int>(count)) == 0 ? EAGAIN : ECONNRESET;
        return count;
    }

private:
    void release() {
        gnutls_deinit(session_);
        gnutls_certificate_free_credentials(credentials_);
    }

    gnutls_certificate_credentials_t credentials_ = nullptr;
    gnutls_session_t session_ = nullptr;
};

HttpClient::HttpClient(const std::string& url)
    : secure_(url.rfind("https:", 0) == 0), host_(host_of(url)), port_(port_of(url)) {}

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
    std::string request = method + " " + path + " HTTP/1.1\r\nHost: " + host_ + "\r\n";
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
        const char* const next = bytes.data() + sent;
        const std::size_t left = bytes.size() - sent;
        const ssize_t count =
            tls_ ? tls_->send(next, left) : send(socket_, next, left, MSG_NOSIGNAL);
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
    open_socket();
    if (!secure_)
        return;
    try {
        tls_ = std::make_unique<Tls>(socket_);
    } catch (...) {
        close_connection();
        throw;
    }
}

void HttpClient::open_socket() {
    const addrinfo hints{AI_NUMERICSERV, AF_UNSPEC, SOCK_STREAM, 0, 0, nullptr, nullptr, nullptr};
    addrinfo* found = nullptr;
    const int problem = getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found);
    if (problem != 0)
        throw std::runtime_error(host_ + ": " + gai_strerror(problem));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
    int why = 0;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
        const int yes = 1;
        socket_ = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (connect(socket_, one->ai_addr, one->ai_addrlen) == 0)
            return;
        why = errno;
        close_connection();
    }
    throw std::system_error(why, std::generic_category(), "connect to the server under test");
}

void HttpClient::close_connection() {
    tls_.reset();
    if (socket_ >= 0)
        close(socket_);
    socket_ = -1;
    received_.clear();
}

bool HttpClient::receive_more(HttpAnswer& answer) {
    pollfd readable{socket_, POLLIN, 0};
    const bool waits = !tls_ || !tls_->holds_data();
    if (waits && poll(&readable, 1, answer_limit_milliseconds) == 0)
        throw std::runtime_error("the server under test did not answer");
    std::array<char, 16384> buffer{};
    const ssize_t count = tls_ ? tls_->receive(buffer.data(), buffer.size())
                               : recv(socket_, buffer.data(), buffer.size(), 0);
    if (count > 0) {
        received_.append(buffer.data(), static_cast<std::size_t>(count));
        return true;
    }
    if (count < 0 && errno == EAGAIN)
        return true;
    if (count < 0 && errno != ECONNRESET)
        throw std::system_error(errno, std::generic_category(), "wait for the server's answer");
    answer.reset = count < 0;
    close_connection();
    return false;
}

} // namespace blast::test
