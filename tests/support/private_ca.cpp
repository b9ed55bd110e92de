#include "support/private_ca.hpp"

#include <stdexcept>

namespace blast::test {

namespace {

void openssl(const std::string& arguments) {
    const ProcessResult result = run({"/bin/sh", "-c", "exec openssl " + arguments});
    if (result.exit_code != 0)
        throw std::runtime_error("openssl " + arguments + ": " + result.err);
}

const std::string new_key = " -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

} // namespace

PrivateCa::PrivateCa() {
    openssl(
        "req -x509" + new_key + " -subj '/CN=Private CA of a test' -days 2 -keyout " +
        folder_.path() + "/ca.key -out " + certificate());
    issue();
}

void PrivateCa::issue() {
    const std::string request = folder_.path() + "/server.csr";
    const std::string names =
        folder_.write("names.cnf", "subjectAltName = DNS:localhost, DNS:*.blast.test\n");
    openssl("req" + new_key + " -subj /CN=localhost -keyout " + server_key() + " -out " + request);
    openssl(
        "x509 -req -in " + request + " -CA " + certificate() + " -CAkey " + folder_.path() +
        "/ca.key -CAcreateserial -days 2 -extfile " + names + " -out " + server_certificate());
}

const PrivateCa& simulators_ca() {
    static const PrivateCa ca;
    return ca;
}

} // namespace blast::test
