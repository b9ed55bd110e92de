#pragma once

#include "sim/draws.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace blast::sim {

enum class FaultKind : std::uint8_t {
    http_status,     ///< answered with an HTTP error; a send is not accepted
    html_page,       ///< the same, with a proxy's HTML page as body
    refused,         ///< HTTP 200, success:false
    reset_before,    ///< the connection dies before anything is done
    reset_after,     ///< everything is done, then the connection dies without an answer
    slow,            ///< everything is done, the answer comes late
    garbage,         ///< everything is done, the answer is no JSON
    empty,           ///< everything is done, the answer is empty
    no_id,           ///< a send is accepted, the answer has success:true and no id
    accepted_status, ///< a send is accepted and answered as usual, but with an HTTP error
    flat_answer,     ///< a send is accepted and answered in the shape of /v1/sendMessage
    boolean_status,  ///< a status is `true`
    number_status,   ///< a status is a number
    unknown_status   ///< a status is a word that nobody knows
};

struct Fault {
    FaultKind kind = FaultKind::http_status;
    int http_status = 0; ///< for http_status, html_page and accepted_status
};

/// One fault that the user asked for: by chance, or at given requests.
struct FaultRule {
    std::string name; ///< as written, "http-429"
    Fault fault;
    double probability = 0;
    std::uint64_t limit = std::numeric_limits<std::uint64_t>::max(); ///< at most so often
    std::uint64_t first = 0; ///< at these requests, counted from 1; 0: by chance
    std::uint64_t last = 0;
};

enum class FaultTarget { send, status };

/// "KIND=P", "KIND=P:N" (the first N times), "KIND@K" (the K-th request) or "KIND@K-M". Throws UsageError for anything
/// else and for kinds that make no sense for the target.
FaultRule parse_fault(std::string_view text, FaultTarget target);

/// The kinds that parse_fault takes, for the help: "http-429 html-502 ...".
std::string fault_kinds(FaultTarget target);

/// Throws UsageError when the probabilities add up to more than 1: a request meets one fault at most.
void require_one_fault_each(const std::vector<FaultRule>& rules, FaultTarget target);

/// Decides for each request in turn which fault it meets. One draw decides among all rules by chance, so that each
/// has exactly its probability.
class FaultPlan {
public:
    FaultPlan(std::vector<FaultRule> rules, std::uint64_t seed, FaultTarget target);

    /// Null for no fault. Valid as long as the plan.
    const Fault* next();
    /// How often each kind was met, by name.
    const std::map<std::string, std::uint64_t>& met() const noexcept { return met_; }
    std::uint64_t requests() const noexcept { return requests_; }

private:
    FaultRule* choose();

    std::vector<FaultRule> rules_;
    Draws draws_;
    Purpose purpose_;
    std::uint64_t requests_ = 0;
    std::map<std::string, std::uint64_t> met_;
};

} // namespace blast::sim
