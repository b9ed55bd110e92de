#pragma once

#include "support/process.hpp"

#include <string>
#include <vector>

namespace blast::test {

/// PostgreSQL and PgBouncer refuse to run as root: where the tests run as root, their servers run as the user postgres.
/// `command` as it must be called for that, from the root folder.
std::vector<std::string> as_server_user(std::vector<std::string> command);

/// Gives the folder to that user.
void give_to_server_user(const TemporaryFolder& folder);

/// A free port of 127.0.0.1 below those that the kernel gives to outgoing connections, so that it stays free while its
/// server is stopped (Documentation/networking/ip-sysctl).
int free_port();

} // namespace blast::test
