#pragma once

#include "sim/address.hpp"
#include "sim/fate.hpp"
#include "sim/fault.hpp"
#include "sim/share.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace blast::sim {

/// A device that the account has.
struct Device {
    std::string id;
    std::string number; ///< its own phone, digits only
};

/// The account behind the token.
struct Account {
    std::optional<std::string> token; ///< none: every token is good, and none at all
    std::vector<Device> devices;      ///< empty: every device is known

    /// The device's own number; one that depends on the id alone where none was given.
    std::string own_number(std::string_view device) const;
    bool knows(std::string_view device) const;
};

/// How sends and status calls are answered.
struct AnswerSettings {
    std::vector<FaultRule> send_faults;
    std::vector<FaultRule> status_faults;
    std::optional<std::string> retry_after = "1"; ///< with 429 and 503; none: left out
    std::string refusal = "Number is not registered on WhatsApp";
    std::chrono::milliseconds slow_for = std::chrono::seconds(60);
    std::chrono::milliseconds delay{0}; ///< for each answer to a send
    bool bare_statuses = false;         ///< without {"success":true,"data":...} around them
};

/// A server certificate with its chain, and its key, as PEM; both empty: plain HTTP.
struct Certificate {
    std::string chain;
    std::string key;
};

/// What the command line says.
struct Settings {
    ListenAddress listen;
    Certificate certificate;
    Account account;
    std::string journal; ///< a path, or empty
    std::string events;  ///< a path, or empty
    std::string webhook; ///< a URL, or empty
    StageShares shares;
    FateSettings fate;
    double opt_out_share = 0; ///< of those who reply
    double duplicate_id = 0;  ///< of all accepted messages
    AnswerSettings answers;
    bool quiet = false;
    bool verbose = false;
};

/// Reads the command line. Nothing when the user asked for help or the version, which is then on standard output.
/// Throws UsageError for what cannot be understood or does not go together.
std::optional<Settings> parse_options(int argc, const char* const* argv);

} // namespace blast::sim
