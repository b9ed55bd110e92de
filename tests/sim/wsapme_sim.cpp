#include "blast/core/error.hpp"
#include "blast/core/standard_streams.hpp"
#include "blast/core/stop_signal.hpp"

#include "sim/accepted_messages.hpp"
#include "sim/gateway.hpp"
#include "sim/http_server.hpp"
#include "sim/receipts.hpp"
#include "sim/settings.hpp"
#include "sim/webhook_sender.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <exception>
#include <iostream>
#include <sys/resource.h>

namespace {

using namespace blast;
using namespace blast::sim;

/// Descriptors for tens of thousands of connections, as far as the system lets us.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/// The parts, wired.
class Simulation {
public:
    explicit Simulation(const Settings& settings)
        : log_({"wsapme-sim", LogFormat::text, settings.quiet, settings.verbose, false}),
          messages_(settings, clock_),
          sender_(loop_, log_),
          receipts_(settings, messages_, loop_, clock_, sender_),
          sends_(
              settings, messages_, [this](MessageBook::Index index) { receipts_.expect(index); }),
          statuses_(settings, messages_, clock_),
          gateway_(settings, sends_, statuses_, log_, [this] { return statistics(); }),
          listener_(open_listener(settings.listen)),
          url_(url_of(listener_, settings.certificate.chain.empty() ? "http" : "https")),
          server_(loop_, listener_, settings.certificate, [this](const Request& request) {
              return gateway_.handle(request);
          }) {}

    /// Serves until a signal asks to stop. Says on standard output where, once it takes requests.
    void run(const StopSignal& stop) {
        note_what_was_restored();
        std::cout << "listening on " << url_
                  << std::endl; // flushed: whoever started us waits for it
        loop_.watch(stop.descriptor(), {true, false}, [](Readiness) {});
        while (stop.received() == 0) {
            loop_.run_once();
        }
        loop_.unwatch(stop.descriptor());
        log_.note(
            fmt::format("stopped: {} messages accepted", messages_.size() - messages_.restored()));
        if (sender_.waiting() > 0) {
            log_.warn(fmt::format("{} webhook events were not delivered", sender_.waiting()));
        }
    }

private:
    void note_what_was_restored() const {
        if (messages_.restored() > 0) {
            log_.note(fmt::format("{} messages taken over from the journal", messages_.restored()));
        }
        if (messages_.foreign_lines() > 0) {
            log_.warn(fmt::format(
                "{} lines of the journal are none of ours, left as they are",
                messages_.foreign_lines()));
        }
    }

    std::string statistics() const {
        const RequestCounts& counts = gateway_.counts();
        nlohmann::json document{
            {"accepted", messages_.size() - messages_.restored()},
            {"restored", messages_.restored()},
            {"sends", sends_.faults().requests()},
            {"status_calls", statuses_.faults().requests()},
            {"unauthorised", counts.unauthorised},
            {"malformed", counts.malformed},
            {"unknown_path", counts.unknown_path},
            {"requests", nlohmann::json::object()},
            {"faults", sends_.faults().met()},
            {"status_faults", statuses_.faults().met()},
            {"events", {{"pending", receipts_.pending()}, {"told", receipts_.told()}}},
            {"webhook",
             {{"delivered", sender_.counts().delivered},
              {"failed_attempts", sender_.counts().failed_attempts},
              {"waiting", sender_.waiting()}}},
            {"connections",
             {{"open", server_.open_connections()}, {"accepted", server_.accepted_connections()}}}};
        for (const auto& [path, count] : counts.by_path) {
            document["requests"][std::string(path)] = count;
        }
        return document.dump();
    }

    SystemClock clock_;
    EventLoop loop_;
    Log log_;
    AcceptedMessages messages_;
    WebhookSender sender_;
    Receipts receipts_;
    SendEndpoint sends_;
    StatusEndpoint statuses_;
    Gateway gateway_;
    int listener_;
    std::string url_;
    HttpServer server_;
};

void report(const char* what) {
    fmt::print(stderr, "wsapme-sim: {}\n", what);
}

} // namespace

int main(int argc, char** argv) {
    hold_standard_streams();
    try {
        const auto settings = parse_options(argc, argv);
        if (settings) {
            const StopSignal stop;
            raise_descriptor_limit();
            Simulation(*settings).run(stop);
        }
        return 0;
    } catch (const Error& error) {
        report(error.what());
        return static_cast<int>(error.exit_code());
    } catch (const std::exception& error) {
        report(error.what());
        return 1;
    }
}
