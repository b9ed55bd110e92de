#pragma once

#include "support/process.hpp"

#include <memory>
#include <string>

namespace blast::test {

/// A PostgreSQL server of a test's own, that it may stop, restart and reach by TLS; with PostgreSQL's default durability.
/// It listens on 127.0.0.1 and asks nobody for a password; its superuser is "blast". Ended and erased in the destructor.
class PrivatePostgres {
public:
    /// Creates the cluster and starts it.
    PrivatePostgres();
    ~PrivatePostgres();
    PrivatePostgres(const PrivatePostgres&) = delete;
    PrivatePostgres& operator=(const PrivatePostgres&) = delete;
    PrivatePostgres(PrivatePostgres&&) = delete;
    PrivatePostgres& operator=(PrivatePostgres&&) = delete;

    int port() const noexcept { return port_; }
    /// Of a database in it.
    std::string url(const std::string& database) const;
    /// Creates a database with the schema, by blast-admin migrate, and returns its URL.
    std::string create_database(const std::string& name) const;
    /// From the next start on it takes TLS connections too, with this certificate and key (paths; copied).
    void use_certificate(const std::string& certificate, const std::string& key);

    /// As `pg_ctl stop -m immediate`: all its processes end at once, without a checkpoint.
    void stop_immediately();
    /// Starts it and waits until it takes connections.
    void start();

private:
    TemporaryFolder folder_;
    int port_;
    std::unique_ptr<Process> server_;
};

} // namespace blast::test
