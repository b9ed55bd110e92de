#include "support/private_postgres.hpp"

#include "support/database_query.hpp"
#include "support/server_user.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace blast::test {

namespace fs = std::filesystem;

namespace {

/// The folder of the newest PostgreSQL server that is installed (Debian's layout).
std::string server_folder() {
    const fs::path root = "/usr/lib/postgresql";
    std::string newest;
    int newest_version = 0;
    for (const auto& entry : fs::directory_iterator(root)) {
        const int version =
            std::atoi(entry.path().filename().c_str()); // NOLINT(cert-err34-c): 0 for no number
        if (version > newest_version && fs::exists(entry.path() / "bin/initdb")) {
            newest = entry.path() / "bin";
            newest_version = version;
        }
    }
    if (newest.empty())
        throw std::runtime_error("no PostgreSQL server below " + root.string());
    return newest;
}

void run_or_throw(const std::vector<std::string>& command) {
    const ProcessResult result = run(command);
    if (result.exit_code != 0)
        throw std::runtime_error(command.back() + ": " + result.err + result.out);
}

} // namespace

PrivatePostgres::PrivatePostgres() : port_(free_port()) {
    give_to_server_user(folder_);
    run_or_throw(as_server_user(
        {server_folder() + "/initdb", "--username=blast", "--auth=trust", "--encoding=UTF8",
         "--locale=C.UTF-8", "--no-sync", "-D", folder_.path() + "/data"}));
    std::ofstream(folder_.path() + "/data/postgresql.conf", std::ios::app)
        << "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nport = " << port_ << "\n";
    start();
}

PrivatePostgres::~PrivatePostgres() {
    try {
        stop_immediately();
    } catch (const std::exception&) {
        server_.reset(); // kills it
    }
}

std::string PrivatePostgres::url(const std::string& database) const {
    return "postgresql://blast@127.0.0.1:" + std::to_string(port_) + '/' + database;
}

std::string PrivatePostgres::create_database(const std::string& name) const {
    query(url("postgres"), "CREATE DATABASE " + name);
    const ProcessResult migrated = run({"blast-admin", "migrate"}, {{"DATABASE_URL", url(name)}});
    if (migrated.exit_code != 0)
        throw std::runtime_error("blast-admin migrate: " + migrated.err);
    return url(name);
}

void PrivatePostgres::use_certificate(const std::string& certificate, const std::string& key) {
    // PostgreSQL refuses a key that is not its own user's, so that user writes the copies.
    const std::string copies = folder_.path() + "/data/";
    for (const auto& [from, name] :
         {std::pair(certificate, "tls.crt"), std::pair(key, "tls.key")}) {
        const ProcessResult copied =
            run(as_server_user({"sh", "-c", "umask 077; cat >'" + copies + name + "'"}), {},
                read_file(from));
        if (copied.exit_code != 0)
            throw std::runtime_error("cannot copy " + from + ": " + copied.err);
    }
    std::ofstream(copies + "postgresql.conf", std::ios::app)
        << "ssl = on\nssl_cert_file = 'tls.crt'\nssl_key_file = 'tls.key'\n";
}

void PrivatePostgres::stop_immediately() {
    if (!server_)
        return;
    server_->signal(SIGQUIT);
    server_->wait();
    server_.reset();
}

void PrivatePostgres::start() {
    server_ = std::make_unique<Process>(
        as_server_user({server_folder() + "/postgres", "-D", folder_.path() + "/data"}));
    wait_until("PostgreSQL to take connections", [this] {
        if (!server_->running())
            throw std::runtime_error("PostgreSQL did not start: " + server_->err());
        try {
            query(url("postgres"), "SELECT 1");
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    });
}

} // namespace blast::test
