#include "blast/gateway/http_transfer.hpp"

#include <algorithm>
#include <string_view>

namespace blast {

namespace {

constexpr std::size_t response_cap = 256UL * 1024;
constexpr long connect_timeout_seconds = 10;
constexpr long reuse_idle_seconds = 4; // Node's servers close a connection that was idle for 5 s
constexpr long receive_buffer = 2L * 1024; // of each connection; most answers fit
constexpr long upload_buffer = 16L * 1024; // with TLS; libcurl's least
constexpr curl_off_t longest_retry_after = 86'400;

/// A short token, or one of letters or digits alone, as in trials, may well stand in an answer as a word, in a phone or in
/// a message id, which must stay as they are; real tokens are long and mixed.
bool may_stand_by_chance(std::string_view token) {
    constexpr std::size_t shortest = 5;
    const auto all_in = [token](char first, char last) {
        return std::all_of(
            token.begin(), token.end(), [first, last](char c) { return c >= first && c <= last; });
    };
    return token.size() < shortest || all_in('a', 'z') || all_in('0', '9');
}

/// The answer's Date header, if it has one that can be read.
std::optional<WallTime> date_of(CURL* easy) {
    curl_header* header = nullptr;
    if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return std::nullopt;
    }
    const std::time_t time = curl_getdate(header->value, nullptr);
    return time == -1 ? std::nullopt : std::optional(std::chrono::system_clock::from_time_t(time));
}

/// How long the answer asks to wait; libcurl reads a number that is too large for it as none.
std::optional<std::chrono::seconds> retry_after_of(CURL* easy, long status) {
    curl_off_t seconds = 0;
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    curl_header* header = nullptr;
    if (seconds == 0 && (status == 429 || status == 503) &&
        curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
        const std::string_view digits(header->value);
        const bool number = digits.find_first_not_of("0123456789") == std::string_view::npos;
        if (number && digits.find_first_not_of('0') != std::string_view::npos) {
            seconds = longest_retry_after;
        }
    }
    if (seconds <= 0) {
        return std::nullopt;
    }
    return std::chrono::seconds(std::min(seconds, longest_retry_after));
}

} // namespace

HttpTransfer::HttpTransfer(const TransferSettings& settings, OpenSockets& sockets)
    : easy_(curl_easy_init()), sockets_(sockets), token_(settings.token), host_(settings.host) {
    CURL* const easy = easy_.get();
    sockets_.attach(easy);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, settings.headers.get());
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, settings.loopback ? "http,https" : "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, connect_timeout_seconds);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, reuse_idle_seconds);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, receive_buffer);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, upload_buffer);
    // A thread of libcurl's that waits for a resolver which does not answer is let go, not waited for: it cleans up after
    // itself, and the loop, and the end of the process, would wait as long as the resolver's own limits are.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &HttpTransfer::on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &HttpTransfer::on_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, this);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_.data());
    if (settings.loopback) {
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    }
    if (!settings.ca_file.empty()) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, settings.ca_file.c_str());
    }
}

void HttpTransfer::prepare(const std::string& base_url, HttpRequest request) {
    request_ = std::move(request);
    response_.clear();
    error_[0] = '\0';
    issued_ = 0;
    held_back_ = false;
    too_large_ = false;
    met_used_up_connection_ = false;
    curl_easy_setopt(easy(), CURLOPT_FRESH_CONNECT, 0L);
    curl_easy_setopt(easy(), CURLOPT_URL, (base_url + request_.path).c_str());
    curl_easy_setopt(easy(), CURLOPT_TIMEOUT_MS, long{request_.timeout.count()});
    if (request_.body.empty()) {
        curl_easy_setopt(easy(), CURLOPT_HTTPGET, 1L);
        return;
    }
    curl_easy_setopt(easy(), CURLOPT_POST, 1L);
    curl_easy_setopt(easy(), CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(easy(), CURLOPT_POSTFIELDSIZE, static_cast<long>(request_.body.size()));
}

void HttpTransfer::ask_for_new_connection() {
    met_used_up_connection_ = false;
    curl_easy_setopt(easy(), CURLOPT_FRESH_CONNECT, 1L);
}

HttpAnswer HttpTransfer::finish(CURLcode code) {
    kept_.rethrow();
    HttpAnswer answer;
    answer.transport = transport_of(code);
    answer.request_begun = issued_ > 0;
    answer.held_back = held_back_;
    answer.body = std::move(response_);
    if (answer.request_begun) { // else it is a proxy that spoke
        curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &answer.status);
        answer.retry_after = retry_after_of(easy(), answer.status);
    }
    if (request_.date_wanted) {
        answer.date = date_of(easy());
    }
    if (answer.transport == Transport::unresolved) {
        answer.failure = "cannot resolve " + host_;
    } else if (code != CURLE_OK) {
        answer.failure = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
    }
    strike_token(answer.body);
    strike_token(answer.failure);
    return answer;
}

/// What the gateway says is stored and printed.
void HttpTransfer::strike_token(std::string& text) const {
    if (may_stand_by_chance(token_)) {
        return;
    }
    constexpr std::string_view instead = "[token]";
    for (std::size_t at = text.find(token_); at != std::string::npos;
         at = text.find(token_, at + instead.size())) {
        text.replace(at, token_.size(), instead);
    }
}

/// Whether libcurl got beyond looking up the name.
bool HttpTransfer::was_resolved() const {
    curl_off_t microseconds = 0;
    curl_easy_getinfo(easy(), CURLINFO_NAMELOOKUP_TIME_T, &microseconds);
    return microseconds > 0;
}

Transport HttpTransfer::transport_of(CURLcode code) const {
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return Transport::unresolved;
    case CURLE_OK: return Transport::answered;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return issued_ == 0 ? Transport::untrusted : Transport::broken;
    case CURLE_OPERATION_TIMEDOUT:
        if (issued_ == 0) {
            return was_resolved() ? Transport::not_connected : Transport::unresolved;
        }
        return Transport::timed_out;
    default: break;
    }
    if (issued_ == 0) {
        return Transport::not_connected;
    }
    return too_large_ ? Transport::too_large : Transport::broken;
}

std::size_t HttpTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
    auto* const transfer = static_cast<HttpTransfer*>(self);
    const std::size_t bytes = size * count;
    transfer->too_large_ = transfer->response_.size() + bytes > response_cap;
    if (transfer->too_large_) {
        return CURL_WRITEFUNC_ERROR;
    }
    const bool kept = transfer->kept_.keep([&] { transfer->response_.append(data, bytes); });
    return kept ? bytes : std::size_t{CURL_WRITEFUNC_ERROR};
}

/// An answer that nobody has asked for would be taken for this request's, and what a connection that has ended was sent
/// is in doubt. A connection made for this very request is not looked at: TLS 1.3 session tickets may wait there.
bool HttpTransfer::is_on_used_up_connection(int local_port) const {
    long connections_made = 0;
    curl_easy_getinfo(easy(), CURLINFO_NUM_CONNECTS, &connections_made);
    return connections_made == 0 && sockets_.has_unread(local_port);
}

int HttpTransfer::on_request(void* self, char*, char*, int, int local_port) {
    auto* const transfer = static_cast<HttpTransfer*>(self);
    // libcurl issues a POST again by itself when a connection that it had kept dies before the answer; the gateway may
    // have acted on the first.
    if (transfer->issued_ > 0) {
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->met_used_up_connection_ = transfer->is_on_used_up_connection(local_port);
    if (transfer->met_used_up_connection_) {
        return CURL_PREREQFUNC_ABORT;
    }
    const auto& may_begin = transfer->request_.may_begin;
    if (may_begin && !may_begin()) {
        transfer->held_back_ = true;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->issued_ = 1;
    return CURL_PREREQFUNC_OK;
}

} // namespace blast
