#include "sim/settings.hpp"

#include "blast/core/duration.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include "sim/draws.hpp"
#include "sim/number.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <sstream>

namespace blast::sim {

namespace {

/// What --help says around the list of flags.
constexpr const char* description =
    "A local stand-in for the WSAPME gateway: takes messages, tells their status, posts receipts and replies,\n"
    "and fails in every way that a gateway can. For developers and tests; it serves this machine only.";

constexpr const char* details_and_examples =
    R"(Shares (--delivered, --read, --replied, --undeliverable) are parts of all accepted messages: a probability (0.96),
or a fraction (240/250) that each run of so many messages meets exactly. What is left out is 240/250, 180/250,
50/250 and 0.

Faults: KIND=P meets each request with probability P; KIND=P:N does so N times at most; KIND@K meets the K-th
request, KIND@K-M the K-th to the M-th. A request meets one fault at most. Kinds:
  http-NNN      HTTP NNN (300 to 599) with a JSON body; 429 and 503 carry Retry-After   not accepted
  html-NNN      the same with a proxy's HTML page: html-502                             not accepted
  refused       HTTP 200 with success:false and the words of --refusal                  not accepted
  reset-before  the connection is reset before anything is done                         not accepted
  reset-after   the connection is reset instead of an answer                            accepted
  slow          the answer comes after --slow-for                                       accepted
  garbage       HTTP 200, the answer is no JSON                                         accepted
  empty         HTTP 200, the answer is empty                                           accepted
  no-id         success:true without a message id                                       accepted
  accepted-NNN  the usual answer under HTTP NNN                                         accepted
  flat          the usual answer in the shape of /v1/sendMessage                        accepted
--status-fault takes http-NNN, html-NNN, refused, reset-before, reset-after, slow, garbage and empty too, and
  boolean-status, number-status, unknown-status: a status that is none.

Accepted messages are in the journal before they are answered, one JSON line each:
  {"time":1768716040.123456,"to":"+60123456789","id":"3EB0...","text":"Hi","device":"5850"}
A restart with the same journal and seed goes on answering for them. GET /sim/stats tells counts of everything.

Examples:
  wsapme-sim --listen 127.0.0.1:0                                  any token, any device; prints its address
  wsapme-sim --listen 127.0.0.1:8088 --token t --device 5850 --journal sent.jsonl
  wsapme-sim --listen 127.0.0.1:8088 --speed 20000 --events events.jsonl   later: blast-hook --ingest events.jsonl
  wsapme-sim --listen 127.0.0.1:8088 --speed 1000 --webhook http://127.0.0.1:8080/hook/SECRET
  wsapme-sim --listen 127.0.0.1:8088 --fault http-429=0.05 --fault reset-after@3 --fault slow=0.01 --slow-for 30s

Exit status: 0 stopped by SIGINT or SIGTERM; 2 wrong usage; 3 the address cannot be taken.)";

auto find_device(const std::vector<Device>& devices, std::string_view id) {
    return std::find_if(
        devices.begin(), devices.end(), [id](const Device& device) { return device.id == id; });
}

/// What CLI11 fills, before it is understood.
struct RawOptions {
    std::string listen;
    std::string tls_certificate;
    std::string tls_key;
    std::optional<std::string> token;
    std::vector<std::string> devices;
    std::string seed = "1";
    std::string delivered;
    std::string read;
    std::string replied;
    std::string undeliverable;
    std::string opt_out_share;
    std::string receipts_off;
    std::string duplicate_id;
    std::vector<std::string> faults;
    std::vector<std::string> status_faults;
    std::string retry_after = "1";
    std::string slow_for = "60s";
    std::string delay = "0ms";
    std::string status_shape = "wrapped";
};

void declare_account(CLI::App& app, RawOptions& raw, Settings& settings) {
    app.add_option(
           "--listen", raw.listen,
           "the address to serve on; port 0 picks a free one, and prints it")
        ->type_name("127.0.0.1:PORT")
        ->required();
    app.add_option(
           "--tls-cert", raw.tls_certificate,
           "serve https with this certificate, and those of its chain behind it (PEM)")
        ->type_name("FILE");
    app.add_option("--tls-key", raw.tls_key, "the certificate's key (PEM)")->type_name("FILE");
    app.add_option("--token", raw.token, "the only good x-wsapme-token (default: any)")
        ->type_name("T");
    app.add_option(
           "--device", raw.devices,
           "a device that exists, with its own number if that matters; repeatable (default: any)")
        ->allow_extra_args(false)
        ->type_name("ID[=PHONE]");
    app.add_option("--journal", settings.journal, "append a JSON line for each accepted message")
        ->type_name("FILE");
    app.add_option(
           "--events", settings.events, "append receipts and replies, for blast-hook --ingest")
        ->type_name("FILE");
    app.add_option(
           "--webhook", settings.webhook,
           "post receipts and replies there, each until answered with 2xx; http, loopback")
        ->type_name("URL");
}

void declare_fates(CLI::App& app, RawOptions& raw, Settings& settings) {
    app.add_option("--seed", raw.seed, "for all that is drawn but the ids")
        ->type_name("N")
        ->capture_default_str();
    app.add_option(
           "--speed", settings.fate.speed,
           "receipts and replies come so many times faster than life")
        ->type_name("X")
        ->capture_default_str();
    app.add_option("--delivered", raw.delivered, "the share that is delivered")->type_name("P");
    app.add_option("--read", raw.read, "the share that is read")->type_name("P");
    app.add_option("--replied", raw.replied, "the share that is answered")->type_name("P");
    app.add_option("--undeliverable", raw.undeliverable, "the share that ends with status ERROR")
        ->type_name("P");
    app.add_option("--opt-out-share", raw.opt_out_share, "of the replies, those that say STOP")
        ->type_name("P");
    app.add_option(
           "--receipts-off", raw.receipts_off,
           "of those who reply, those whose reading is never told")
        ->type_name("P");
}

void declare_faults(CLI::App& app, RawOptions& raw, Settings& settings) {
    app.add_option("--fault", raw.faults, "for sends, see below; repeatable")
        ->allow_extra_args(false)
        ->type_name("KIND=P");
    app.add_option("--status-fault", raw.status_faults, "for status calls, see below; repeatable")
        ->allow_extra_args(false)
        ->type_name("KIND=P");
    app.add_option("--retry-after", raw.retry_after, "the header's value with 429 and 503, or none")
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--slow-for", raw.slow_for, "how late a slow answer is")
        ->type_name("T")
        ->capture_default_str();
    app.add_option("--delay", raw.delay, "answer each send after this long")->type_name("T");
    app.add_option("--refusal", settings.answers.refusal, "the words of a refusal")
        ->type_name("TEXT")
        ->capture_default_str();
    app.add_option(
           "--duplicate-id", raw.duplicate_id,
           "the share of messages that get the id of the one before")
        ->type_name("P");
    app.add_option("--status-shape", raw.status_shape, "wrapped or bare")
        ->type_name("SHAPE")
        ->capture_default_str();
    app.add_flag("--quiet", settings.quiet, "only warnings and errors");
    app.add_flag("--verbose", settings.verbose, "details too");
}

Device parse_device(const std::string& text) {
    const std::size_t sign = text.find('=');
    std::string number = sign == std::string::npos ? "" : text.substr(sign + 1);
    if (!number.empty() && number.front() == '+') {
        number.erase(0, 1);
    }
    const bool digits = number.find_first_not_of("0123456789") == std::string::npos;
    if (sign == 0 || text.empty() || !digits || (sign != std::string::npos && number.empty())) {
        throw UsageError(
            fmt::format("--device: '{}' is not a device", printable(text)),
            "write 5850, or 5850=+60114046472");
    }
    return {text.substr(0, sign), number};
}

/// Read here, as CLI11 takes "-1" for a very large number.
std::uint64_t parse_seed(const std::string& text) {
    const auto seed = parse_number<std::uint64_t>(text);
    if (!seed) {
        throw UsageError(
            fmt::format("--seed: '{}' is not a seed", printable(text)),
            "write a whole number from 0, such as 42");
    }
    return *seed;
}

std::optional<Share> given_share(const std::string& text, const char* flag) {
    return text.empty() ? std::nullopt : std::optional(parse_share(text, flag));
}

double probability(const std::string& text, const char* flag) {
    return text.empty() ? 0 : parse_share(text, flag).value;
}

void understand_fates(const RawOptions& raw, Settings& settings) {
    settings.fate.seed = parse_seed(raw.seed);
    settings.shares = complete_shares(
        {given_share(raw.delivered, "--delivered"), given_share(raw.read, "--read"),
         given_share(raw.replied, "--replied"), given_share(raw.undeliverable, "--undeliverable")});
    settings.opt_out_share = probability(raw.opt_out_share, "--opt-out-share");
    settings.fate.receipts_off = probability(raw.receipts_off, "--receipts-off");
    settings.duplicate_id = probability(raw.duplicate_id, "--duplicate-id");
    if (!(settings.fate.speed >= 0.001 && settings.fate.speed <= 1e9)) {
        throw UsageError(
            fmt::format("--speed: '{:g}' is not a speed", settings.fate.speed),
            "write a number from 0.001 to 1e9, such as 1000");
    }
}

std::vector<FaultRule>
understand_faults(const std::vector<std::string>& texts, FaultTarget target) {
    std::vector<FaultRule> rules;
    std::transform(
        texts.begin(), texts.end(), std::back_inserter(rules),
        [target](const std::string& text) { return parse_fault(text, target); });
    require_one_fault_each(rules, target);
    return rules;
}

void understand_answers(const RawOptions& raw, AnswerSettings& answers) {
    answers.send_faults = understand_faults(raw.faults, FaultTarget::send);
    answers.status_faults = understand_faults(raw.status_faults, FaultTarget::status);
    answers.slow_for = parse_duration(raw.slow_for, "--slow-for");
    answers.delay = parse_duration(raw.delay, "--delay");
    if (raw.retry_after == "none") {
        answers.retry_after.reset();
    } else if (raw.retry_after.empty() || printable(raw.retry_after) != raw.retry_after) {
        throw UsageError(
            fmt::format("--retry-after: '{}' is no header value", printable(raw.retry_after)),
            "write seconds, an HTTP date, or none");
    } else {
        answers.retry_after = raw.retry_after;
    }
    if (raw.status_shape != "wrapped" && raw.status_shape != "bare") {
        throw UsageError(
            fmt::format("--status-shape: '{}' is not a shape", printable(raw.status_shape)),
            "write wrapped or bare");
    }
    answers.bare_statuses = raw.status_shape == "bare";
}

std::string read_pem(const std::string& path, const char* flag) {
    std::ifstream in(path);
    std::ostringstream content;
    content << in.rdbuf();
    if (!in || content.str().empty()) {
        throw UsageError(
            fmt::format("{}: cannot read '{}'", flag, printable(path)), "name a PEM file");
    }
    return content.str();
}

void understand_certificate(const RawOptions& raw, Settings& settings) {
    if (raw.tls_certificate.empty() != raw.tls_key.empty()) {
        throw UsageError("--tls-cert and --tls-key go together", "give both, or neither");
    }
    if (!raw.tls_certificate.empty()) {
        settings.certificate = {
            read_pem(raw.tls_certificate, "--tls-cert"), read_pem(raw.tls_key, "--tls-key")};
    }
}

void understand(const RawOptions& raw, Settings& settings) {
    settings.listen = parse_listen_address(raw.listen);
    understand_certificate(raw, settings);
    settings.account.token = raw.token;
    std::transform(
        raw.devices.begin(), raw.devices.end(), std::back_inserter(settings.account.devices),
        parse_device);
    understand_fates(raw, settings);
    understand_answers(raw, settings.answers);
    if (!settings.webhook.empty() && !is_loopback_url(settings.webhook)) {
        throw UsageError(
            fmt::format(
                "--webhook: '{}' is not http to a loopback address", printable(settings.webhook)),
            "write http://127.0.0.1:PORT/hook/SECRET");
    }
}

} // namespace

std::string Account::own_number(std::string_view device) const {
    const auto found = find_device(devices, device);
    if (found != devices.end() && !found->number.empty()) {
        return found->number;
    }
    const std::uint64_t drawn =
        Draws(std::hash<std::string_view>{}(device)).bits(0, Purpose::device_number);
    return fmt::format("6011{:08}", drawn % 100'000'000);
}

bool Account::knows(std::string_view device) const {
    return devices.empty() || find_device(devices, device) != devices.end();
}

std::optional<Settings> parse_options(int argc, const char* const* argv) {
    Settings settings;
    RawOptions raw;
    CLI::App app(description, "wsapme-sim");
    app.footer(details_and_examples);
    declare_account(app, raw, settings);
    declare_fates(app, raw, settings);
    declare_faults(app, raw, settings);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked_for_help) {
        app.exit(asked_for_help);
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        throw UsageError(printable(error.what()), "see wsapme-sim --help");
    }
    understand(raw, settings);
    return settings;
}

} // namespace blast::sim
