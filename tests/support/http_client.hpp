#pragma once

#include <map>
#include <memory>
#include <string>

namespace blast::test {

/// What a server said; `status` is 0 when the connection ended without a whole answer.
struct HttpAnswer {
    int status = 0;
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string body;
    bool reset = false; ///< the connection was reset (RST), not ended in order
};

/// A small HTTP/1.1 client of the tests' own, over a plain socket or GnuTLS, so that what the tools' client does is not
/// checked with itself. It trusts every certificate. Keeps its connection and makes a new one when the server has ended it;
/// never repeats a request. Waits 30 s for an answer, then throws.
class HttpClient {
public:
    /// `url` is "http://HOST:PORT" or "https://HOST:PORT"; what stands behind it is ignored.
    explicit HttpClient(const std::string& url);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    HttpClient(HttpClient&&) = delete;
    HttpClient& operator=(HttpClient&&) = delete;

    using Headers = std::map<std::string, std::string>;

    HttpAnswer get(const std::string& path, const Headers& headers = {});
    /// The body is JSON unless the headers have another Content-Type.
    HttpAnswer post(const std::string& path, const std::string& body, const Headers& headers = {});

    /// The two halves of a request, for several clients at once.
    void start(
        const std::string& method,
        const std::string& path,
        const std::string& body,
        const Headers& headers);
    HttpAnswer finish();

    /// Sends these bytes as they are.
    void send_raw(const std::string& bytes);
    /// Whether the server has ended the connection; does not wait.
    bool ended() const;

private:
    class Tls;

    void connect_if_needed();
    void open_socket();
    void close_connection();
    bool receive_more(HttpAnswer& answer);

    bool secure_;
    std::string host_;
    std::string port_;
    int socket_ = -1;
    std::unique_ptr<Tls> tls_;
    std::string received_;
};

} // namespace blast::test
