#pragma once

namespace blast {

/// How a request ended below HTTP.
enum class Transport {
    answered,   ///< an HTTP status line and a whole body arrived
    unresolved, ///< no connection: the gateway's name has no address, or the resolver did not answer
    not_connected, ///< no connection: refused, timeout, a proxy's no, or TLS failure while connecting
    untrusted,     ///< the gateway's certificate is not trusted, or is for another name
    timed_out,     ///< the request was under way; no whole answer in time
    broken,        ///< the connection died, or what came is not HTTP
    too_large      ///< the body was longer than the cap (256 KiB)
};

} // namespace blast
