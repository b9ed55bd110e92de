#pragma once

#include <string>

namespace blast {

class Connection;

/// What a database server says of itself.
struct ServerFacts {
    int backend_pid =
        0; ///< of the server process that answered; behind a pooler not the one of the handshake
    double epoch = 0;    ///< its clock, in seconds
    std::string version; ///< "15.18"
    bool fsync = true;
    bool full_page_writes = true;
    bool neon = false; ///< its safekeepers, not its disk, make a commit last
};

/// One round trip. Throws DatabaseError.
ServerFacts ask_server_facts(Connection& connection);

} // namespace blast
