#pragma once

#include "blast/core/kept_exception.hpp"
#include "blast/gateway/http_engine.hpp"
#include "blast/gateway/open_sockets.hpp"

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string>

namespace blast {

struct FreeEasy {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeHeaders {
    void operator()(curl_slist* headers) const noexcept { curl_slist_free_all(headers); }
};

/// What all transfers of one engine have in common.
struct TransferSettings {
    std::string base_url;
    std::string host; ///< of base_url
    std::string ca_file;
    std::string token; ///< struck out of all that the gateway says
    bool loopback = false;
    std::unique_ptr<curl_slist, FreeHeaders> headers;
};

/// One easy handle with its request and what has come back; used again for many requests, so that libcurl keeps its
/// buffers. Private to the engine.
class HttpTransfer {
public:
    HttpTransfer(const TransferSettings& settings, OpenSockets& sockets);

    void prepare(const std::string& base_url, HttpRequest request);
    /// Throws what a callback threw.
    HttpAnswer finish(CURLcode code);

    /// Whether it ended before its request was written, because on the kept connection that it was to use something
    /// waited to be read, or its end. It may be begun again then, after `ask_for_new_connection`.
    bool met_used_up_connection() const noexcept { return met_used_up_connection_; }
    void ask_for_new_connection();

    CURL* easy() const noexcept { return easy_.get(); }

    std::function<void(HttpAnswer)> on_end;

private:
    void strike_token(std::string& text) const;
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    bool is_on_used_up_connection(int local_port) const;
    static int on_request(void* self, char* remote, char* local, int remote_port, int local_port);

    Transport transport_of(CURLcode code) const;
    bool was_resolved() const;

    std::unique_ptr<CURL, FreeEasy> easy_;
    OpenSockets& sockets_;
    std::string token_;
    std::string host_;
    HttpRequest request_;
    std::string response_;
    std::array<char, CURL_ERROR_SIZE> error_{};
    int issued_ = 0;
    bool held_back_ = false;
    bool met_used_up_connection_ = false;
    bool too_large_ = false;
    KeptException kept_; ///< of libcurl's callbacks
};

} // namespace blast
