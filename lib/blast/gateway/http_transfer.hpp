#pragma once

#include "blast/core/kept_exception.hpp"
#include "blast/gateway/http_engine.hpp"

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
    explicit HttpTransfer(const TransferSettings& settings);

    void prepare(const std::string& base_url, HttpRequest request);
    /// Throws what a callback threw.
    HttpAnswer finish(CURLcode code);

    CURL* easy() const noexcept { return easy_.get(); }

    std::function<void(HttpAnswer)> on_end;

private:
    void strike_token(std::string& text) const;
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    static int on_request(void* self, char* remote, char* local, int remote_port, int local_port);

    Transport transport_of(CURLcode code) const;
    bool was_resolved() const;

    std::unique_ptr<CURL, FreeEasy> easy_;
    std::string token_;
    std::string host_;
    HttpRequest request_;
    std::string response_;
    std::array<char, CURL_ERROR_SIZE> error_{};
    int issued_ = 0;
    bool too_large_ = false;
    KeptException kept_; ///< of libcurl's callbacks
};

} // namespace blast
