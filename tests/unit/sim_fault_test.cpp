#include "blast/core/error.hpp"

#include "sim/fault.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using blast::UsageError;
using blast::sim::FaultKind;
using blast::sim::FaultPlan;
using blast::sim::FaultTarget;
using blast::sim::parse_fault;
using blast::test::Approx;

namespace {

std::vector<blast::sim::FaultRule> rules_of(const std::vector<std::string>& texts) {
    std::vector<blast::sim::FaultRule> rules;
    rules.reserve(texts.size());
    for (const std::string& text : texts)
        rules.push_back(parse_fault(text, FaultTarget::send));
    return rules;
}

FaultPlan plan_of(const std::vector<std::string>& texts, std::uint64_t seed = 1) {
    return {rules_of(texts), seed, FaultTarget::send};
}

/// The requests, counted from 1, that met a fault.
std::vector<int> faulty(FaultPlan& plan, int requests) {
    std::vector<int> met;
    for (int request = 1; request <= requests; ++request) {
        if (plan.next() != nullptr)
            met.push_back(request);
    }
    return met;
}

} // namespace

TEST_CASE("every fault of the manual is known") {
    const std::string kind = GENERATE(
        "http-429", "http-500", "http-503", "html-502", "refused", "reset-before", "reset-after",
        "slow", "garbage", "empty", "no-id");
    CAPTURE(kind);
    CHECK(parse_fault(kind + "=0.5", FaultTarget::send).name == kind);
    CHECK(parse_fault(kind + "=0.5", FaultTarget::send).probability == 0.5);
}

TEST_CASE("a fault's HTTP status is read from its name") {
    CHECK(parse_fault("http-429=1", FaultTarget::send).fault.http_status == 429);
    CHECK(parse_fault("html-502=1", FaultTarget::send).fault.kind == FaultKind::html_page);
    CHECK(parse_fault("accepted-500@1", FaultTarget::send).fault.http_status == 500);
    CHECK(parse_fault("http-301=1", FaultTarget::status).fault.http_status == 301);
}

TEST_CASE("what is no fault is refused") {
    const std::string text = GENERATE(
        "", "=", "http-429", "http-=1", "http-200=1", "http-600=1", "http-42x=1", "crash=0.1",
        "slow=", "slow=2", "slow=-0.1", "slow=nan", "slow=0.1:", "slow=0.1:x", "slow@0", "slow@",
        "slow@3-2", "slow@1-", "slow@-1", "boolean-status=1");
    CAPTURE(text);
    CHECK_THROWS_AS(parse_fault(text, FaultTarget::send), UsageError);
}

TEST_CASE("faults that only make sense for sends are refused for statuses") {
    const std::string kind = GENERATE("no-id", "flat", "accepted-500");
    CAPTURE(kind);
    CHECK_NOTHROW(parse_fault(kind + "=1", FaultTarget::send));
    CHECK_THROWS_AS(parse_fault(kind + "=1", FaultTarget::status), UsageError);
}

TEST_CASE("a fault at given requests meets exactly these") {
    FaultPlan plan = plan_of({"slow@3", "garbage@5-7"});
    CHECK(faulty(plan, 10) == std::vector<int>{3, 5, 6, 7});
    CHECK(plan.met().at("slow") == 1);
    CHECK(plan.met().at("garbage") == 3);
    CHECK(plan.requests() == 10);
}

TEST_CASE("a limited fault ends after so many times") {
    FaultPlan plan = plan_of({"http-429=1:4"});
    CHECK(faulty(plan, 100) == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("each fault by chance has its own probability, and the same seed repeats them") {
    FaultPlan plan = plan_of({"slow=0.2", "garbage=0.3", "empty=0"});
    FaultPlan twin = plan_of({"slow=0.2", "garbage=0.3", "empty=0"});
    FaultPlan other = plan_of({"slow=0.2", "garbage=0.3", "empty=0"}, 2);
    const auto met = faulty(plan, 50'000);
    CHECK(plan.met().at("slow") == Approx(10'000).margin(500));
    CHECK(plan.met().at("garbage") == Approx(15'000).margin(500));
    CHECK_FALSE(plan.met().contains("empty"));
    CHECK(faulty(twin, 50'000) == met);
    CHECK(faulty(other, 50'000) != met);
}

TEST_CASE("probabilities past 1 together are refused") {
    CHECK_NOTHROW(require_one_fault_each(rules_of({"slow=0.5", "garbage=0.5"}), FaultTarget::send));
    CHECK_THROWS_AS(
        require_one_fault_each(rules_of({"slow=0.6", "garbage=0.5"}), FaultTarget::send),
        UsageError);
}
