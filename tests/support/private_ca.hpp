#pragma once

#include "support/process.hpp"

#include <string>

namespace blast::test {

/// A certificate authority of a test's own, with one server certificate of it, made by the openssl command.
class PrivateCa {
public:
    PrivateCa();

    /// Its own certificate, for who is to trust it.
    std::string certificate() const { return folder_.path() + "/ca.crt"; }
    /// Of a server that is named "localhost" or any name below blast.test (support/own_hosts.hpp), and by no address.
    std::string server_certificate() const { return folder_.path() + "/server.crt"; }
    std::string server_key() const { return folder_.path() + "/server.key"; }

private:
    void issue();

    TemporaryFolder folder_;
};

/// The one whose certificate the simulators of this process have.
const PrivateCa& simulators_ca();

} // namespace blast::test
