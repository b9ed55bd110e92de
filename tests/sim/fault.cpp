#include "sim/fault.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include "sim/number.hpp"

#include <fmt/format.h>

#include <array>
#include <numeric>
#include <optional>

namespace blast::sim {

namespace {

struct NamedKind {
    std::string_view name;
    FaultKind kind;
    bool for_sends;
    bool for_statuses;
};

constexpr std::array<NamedKind, 11> named_kinds{{
    {"refused", FaultKind::refused, true, true},
    {"reset-before", FaultKind::reset_before, true, true},
    {"reset-after", FaultKind::reset_after, true, true},
    {"slow", FaultKind::slow, true, true},
    {"garbage", FaultKind::garbage, true, true},
    {"empty", FaultKind::empty, true, true},
    {"no-id", FaultKind::no_id, true, false},
    {"flat", FaultKind::flat_answer, true, false},
    {"boolean-status", FaultKind::boolean_status, false, true},
    {"number-status", FaultKind::number_status, false, true},
    {"unknown-status", FaultKind::unknown_status, false, true},
}};

struct NumberedKind {
    std::string_view prefix;
    FaultKind kind;
    bool for_sends;
    bool for_statuses;
};

constexpr std::array<NumberedKind, 3> numbered_kinds{{
    {"http-", FaultKind::http_status, true, true},
    {"html-", FaultKind::html_page, true, true},
    {"accepted-", FaultKind::accepted_status, true, false},
}};

template <typename Kind>
bool applies(const Kind& kind, FaultTarget target) {
    return target == FaultTarget::send ? kind.for_sends : kind.for_statuses;
}

std::optional<Fault> fault_named(std::string_view name, FaultTarget target) {
    for (const NamedKind& known : named_kinds) {
        if (name == known.name && applies(known, target)) {
            return Fault{known.kind, 0};
        }
    }
    for (const NumberedKind& known : numbered_kinds) {
        if (name.substr(0, known.prefix.size()) != known.prefix || !applies(known, target)) {
            continue;
        }
        const auto status = parse_number<int>(name.substr(known.prefix.size()));
        if (status && *status >= 300 && *status <= 599) {
            return Fault{known.kind, *status};
        }
    }
    return std::nullopt;
}

/// "P" or "P:N"
bool read_chance(FaultRule& rule, std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
        const auto limit = parse_number<std::uint64_t>(text.substr(colon + 1));
        if (!limit) {
            return false;
        }
        rule.limit = *limit;
    }
    const auto probability = parse_number<double>(text.substr(0, colon));
    rule.probability = probability.value_or(-1);
    return rule.probability >= 0 && rule.probability <= 1;
}

/// "K" or "K-M"
bool read_places(FaultRule& rule, std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = parse_number<std::uint64_t>(text.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : parse_number<std::uint64_t>(text.substr(dash + 1));
    if (!first || !last || *first == 0 || *last < *first) {
        return false;
    }
    rule.first = *first;
    rule.last = *last;
    return true;
}

const char* flag_of(FaultTarget target) {
    return target == FaultTarget::send ? "--fault" : "--status-fault";
}

} // namespace

std::string fault_kinds(FaultTarget target) {
    std::string kinds = "http-NNN html-NNN (300 to 599)";
    if (target == FaultTarget::send) {
        kinds += " accepted-NNN";
    }
    for (const NamedKind& known : named_kinds) {
        if (applies(known, target)) {
            kinds += fmt::format(" {}", known.name);
        }
    }
    return kinds;
}

FaultRule parse_fault(std::string_view text, FaultTarget target) {
    const std::size_t sign = text.find_first_of("=@");
    const auto fault = fault_named(text.substr(0, sign), target);
    if (!fault) {
        throw UsageError(
            fmt::format(
                "{}: '{}' is not a fault", flag_of(target), printable(text.substr(0, sign))),
            "the kinds are " + fault_kinds(target));
    }
    FaultRule rule{std::string(text.substr(0, sign)), *fault};
    const std::string_view amount = sign == std::string_view::npos ? "" : text.substr(sign + 1);
    const bool good = sign != std::string_view::npos && text[sign] == '@'
                          ? read_places(rule, amount)
                          : read_chance(rule, amount);
    if (!good) {
        throw UsageError(
            fmt::format("{}: '{}' does not say when", flag_of(target), printable(text)),
            "write KIND=P with a probability from 0 to 1, KIND=P:N for the first N times, KIND@K for the K-th "
            "request, or KIND@K-M");
    }
    return rule;
}

void require_one_fault_each(const std::vector<FaultRule>& rules, FaultTarget target) {
    const double sum =
        std::accumulate(rules.begin(), rules.end(), 0.0, [](double all, const FaultRule& rule) {
            return all + rule.probability;
        });
    if (sum > 1 + 1e-9) {
        throw UsageError(
            fmt::format("{}: the probabilities add up to {:g}", flag_of(target), sum),
            "a request meets one fault at most, so they must stay within 1");
    }
}

FaultPlan::FaultPlan(std::vector<FaultRule> rules, std::uint64_t seed, FaultTarget target)
    : rules_(std::move(rules)),
      draws_(seed),
      purpose_(target == FaultTarget::send ? Purpose::send_fault : Purpose::status_fault) {}

FaultRule* FaultPlan::choose() {
    for (FaultRule& rule : rules_) {
        if (rule.first != 0 && rule.first <= requests_ && requests_ <= rule.last) {
            return &rule;
        }
    }
    double draw = draws_.uniform(requests_, purpose_);
    for (FaultRule& rule : rules_) {
        if (draw < rule.probability) {
            return rule.limit > 0 ? &rule : nullptr;
        }
        draw -= rule.probability;
    }
    return nullptr;
}

const Fault* FaultPlan::next() {
    ++requests_;
    if (rules_.empty()) {
        return nullptr;
    }
    FaultRule* const rule = choose();
    if (rule == nullptr) {
        return nullptr;
    }
    --rule->limit;
    ++met_[rule->name];
    return &rule->fault;
}

} // namespace blast::sim
