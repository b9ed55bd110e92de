#include "chaos/send_trial.hpp"
#include "support/catch.hpp"
#include "support/private_ca.hpp"
#include "support/private_postgres.hpp"
#include "support/server_user.hpp"
#include "support/temporary_database.hpp"

#include <memory>

using blast::test::free_port;
using blast::test::HttpClient;
using blast::test::PrivateCa;
using blast::test::PrivatePostgres;
using blast::test::Process;
using blast::test::ProcessResult;
using blast::test::SendTrial;
using blast::test::Simulator;
using blast::test::TemporaryDatabase;
using blast::test::TemporaryFolder;
using blast::test::TrialSettings;
using blast::test::wait_until;

namespace {

/// nginx, which ends TLS in front of a simulator.
class TlsProxy {
public:
    TlsProxy(const Simulator& simulator, const PrivateCa& ca, int port) : port_(port) {
        const std::string temporary = folder_.path() + "/temporary";
        const std::string settings = folder_.write(
            "nginx.conf",
            "daemon off;\nmaster_process off;\nerror_log stderr;\npid " + folder_.path() +
                "/nginx.pid;\nevents {}\nhttp {\naccess_log off;\nclient_body_temp_path " +
                temporary + ";\nproxy_temp_path " + temporary + ";\nfastcgi_temp_path " +
                temporary + ";\nuwsgi_temp_path " + temporary + ";\nscgi_temp_path " + temporary +
                ";\nserver {\nlisten 127.0.0.1:" + std::to_string(port) +
                " ssl;\nssl_certificate " + ca.server_certificate() + ";\nssl_certificate_key " +
                ca.server_key() + ";\nlocation / { proxy_pass " + simulator.url() + "; }\n}\n}\n");
        process_ = std::make_unique<Process>(std::vector<std::string>{
            "/usr/sbin/nginx", "-e", "stderr", "-p", folder_.path(), "-c", settings});
        wait_until("nginx to listen", [this] {
            if (!process_->running())
                throw std::runtime_error("nginx did not start: " + process_->err());
            try {
                HttpClient("http://127.0.0.1:" + std::to_string(port_)).get("/");
                return true; // it answers plain HTTP with an error, by which it shows that it listens
            } catch (const std::runtime_error&) {
                return false;
            }
        });
    }

    std::string url(const std::string& name = "localhost") const {
        return "https://" + name + ':' + std::to_string(port_);
    }

private:
    TemporaryFolder folder_;
    int port_;
    std::unique_ptr<Process> process_;
};

struct Attempt {
    std::string what;
    blast::test::Environment environment;
};

/// Exit status 3, and nobody got anything.
void check_refused(
    const std::string& database_url, const Simulator& simulator, const Attempt& attempt) {
    INFO(attempt.what);
    TrialSettings settings;
    settings.environment = attempt.environment;
    const SendTrial trial(database_url, simulator, settings);
    const ProcessResult result = trial.start().wait();
    INFO(result.err);
    CHECK(result.exit_code == 3);
    CHECK(trial.journal().empty());
    CHECK_FALSE(trial.exists());
}

void check_sent(
    const std::string& database_url, const Simulator& simulator, const Attempt& attempt) {
    INFO(attempt.what);
    TrialSettings settings;
    settings.environment = attempt.environment;
    const SendTrial trial(database_url, simulator, settings);
    const ProcessResult result = trial.start().wait();
    INFO(result.err);
    CHECK(result.exit_code == 0);
    trial.check_books();
    CHECK(trial.count("RECORDED") == settings.recipients);
}

} // namespace

TEST_CASE("sslmode=verify-full takes the database whose certificate is good, and no other") {
    const PrivateCa ca;
    const PrivateCa stranger;
    PrivatePostgres server;
    const std::string plain = server.create_database("verified");
    server.stop_immediately();
    server.use_certificate(ca.server_certificate(), ca.server_key());
    server.start();
    const Simulator simulator;
    const auto url = [&](const std::string& host, const PrivateCa& trusted) {
        return "postgresql://blast@" + host + ':' + std::to_string(server.port()) +
               "/verified?sslmode=verify-full&sslrootcert=" + trusted.certificate();
    };
    check_refused(plain, simulator, {"another CA", {{"DATABASE_URL", url("localhost", stranger)}}});
    check_refused(plain, simulator, {"another name", {{"DATABASE_URL", url("127.0.0.1", ca)}}});
    check_sent(plain, simulator, {"good", {{"DATABASE_URL", url("localhost", ca)}}});
}

TEST_CASE("https takes the gateway whose certificate is good, and no other") {
    const PrivateCa ca;
    const PrivateCa stranger;
    const TemporaryDatabase database;
    const Simulator simulator;
    const TlsProxy proxy(simulator, ca, free_port());
    const auto attempt = [&](const std::string& what, const std::string& host,
                             const std::string& trusted) {
        return Attempt{what, {{"WSAPME_API_URL", proxy.url(host)}, {"WSAPME_CA_FILE", trusted}}};
    };
    check_refused(database.url(), simulator, attempt("the system's CAs", "localhost", ""));
    check_refused(
        database.url(), simulator, attempt("another CA", "localhost", stranger.certificate()));
    check_refused(
        database.url(), simulator, attempt("another name", "127.0.0.1", ca.certificate()));
    check_sent(database.url(), simulator, attempt("good", "localhost", ca.certificate()));
}

TEST_CASE("A gateway whose certificate turns bad stops the run") {
    constexpr std::size_t concurrency = 4;
    const PrivateCa ca;
    const PrivateCa stranger;
    const TemporaryDatabase database;
    const Simulator simulator({"--delay", "20ms"});
    const int port = free_port();
    auto proxy = std::make_unique<TlsProxy>(simulator, ca, port);
    TrialSettings settings;
    settings.recipients = 300;
    settings.environment = {{"WSAPME_API_URL", proxy->url()}, {"WSAPME_CA_FILE", ca.certificate()}};
    const SendTrial trial(database.url(), simulator, settings);
    Process sender = trial.start();
    trial.wait_for_accepted(20, sender);
    proxy.reset();
    proxy = std::make_unique<TlsProxy>(simulator, stranger, port);
    const ProcessResult result = sender.wait();
    INFO(result.err);
    CHECK(result.exit_code == 3);
    trial.check_books();
    CHECK(trial.count("UNCONFIRMED") <= concurrency); // in flight when the good one ended
    CHECK(trial.count("QUEUED") + trial.count("RECORDED") + trial.count("UNCONFIRMED") == 300);
}

TEST_CASE("The token goes over plain http to no other machine") {
    const TemporaryDatabase database;
    const Simulator simulator;
    TrialSettings settings;
    settings.environment = {{"WSAPME_API_URL", "http://192.0.2.1:8080"}};
    const SendTrial trial(database.url(), simulator, settings);
    const ProcessResult result = trial.start().wait();
    CHECK(result.exit_code == 2);
    CHECK_FALSE(trial.exists());
}
