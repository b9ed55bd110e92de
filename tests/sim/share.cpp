#include "sim/share.hpp"

#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include "sim/number.hpp"

#include <fmt/format.h>

#include <numeric>

namespace blast::sim {

namespace {

constexpr std::uint64_t longest_denominator = 10'000;
constexpr std::uint64_t longest_block = 100'000;

std::optional<Share> fraction(std::string_view text, std::size_t slash) {
    const auto top = parse_number<std::uint64_t>(text.substr(0, slash));
    const auto bottom = parse_number<std::uint64_t>(text.substr(slash + 1));
    if (!top || !bottom || *bottom == 0 || *bottom > longest_denominator || *top > *bottom) {
        return std::nullopt;
    }
    return Share{static_cast<double>(*top) / static_cast<double>(*bottom), *top, *bottom};
}

std::optional<Share> probability(std::string_view text) {
    const auto value = parse_number<double>(text);
    if (!value || !(*value >= 0 && *value <= 1)) {
        return std::nullopt;
    }
    return Share{*value, 0, 0};
}

/// Whether `less` is at most `more`; fractions are compared as such, not as rounded quotients.
bool at_most(const Share& less, const Share& more) {
    if (less.exact() && more.exact()) {
        return less.numerator * more.denominator <= more.numerator * less.denominator;
    }
    return less.value <= more.value;
}

Share smaller(const Share& one, const Share& other) {
    return at_most(one, other) ? one : other;
}

Share larger(const Share& one, const Share& other) {
    return at_most(one, other) ? other : one;
}

void check_nested(const Share& part, const Share& whole, const char* names) {
    if (!at_most(part, whole)) {
        throw UsageError(
            fmt::format("{}: {:g} is more than {:g}", names, part.value, whole.value),
            "each is a share of all messages, and a message is delivered before it is read, and read before a reply");
    }
}

} // namespace

Share parse_share(std::string_view text, std::string_view flag) {
    const std::size_t slash = text.find('/');
    const auto share = slash == std::string_view::npos ? probability(text) : fraction(text, slash);
    if (!share) {
        throw UsageError(
            fmt::format("{}: '{}' is not a share", flag, printable(text)),
            fmt::format(
                "write a probability from 0 to 1, such as 0.96, or a fraction such as 240/250, of {} at most",
                longest_denominator));
    }
    return *share;
}

StageShares complete_shares(const GivenShares& given) {
    const Share none{0, 0, 1};
    StageShares all{
        {0.96, 240, 250}, {0.72, 180, 250}, {0.2, 50, 250}, given.undeliverable.value_or(none)};
    all.replied = given.replied.value_or(smaller(
        all.replied,
        smaller(given.read.value_or(all.replied), given.delivered.value_or(all.replied))));
    all.read = given.read.value_or(
        larger(all.replied, smaller(all.read, given.delivered.value_or(all.read))));
    all.delivered = given.delivered.value_or(larger(all.delivered, larger(all.read, all.replied)));
    check_nested(all.read, all.delivered, "--read and --delivered");
    check_nested(all.replied, all.read, "--replied and --read");
    const bool delivered_leaves_room = all.delivered.value + all.undeliverable.value <= 1 + 1e-12;
    if (!delivered_leaves_room) {
        throw UsageError(
            "--undeliverable and --delivered add up to more than 1",
            "both are shares of all messages");
    }
    if (block_length(all) > longest_block) {
        throw UsageError(
            fmt::format("the shares come out exactly only over {} messages", block_length(all)),
            "write the fractions over one denominator, as in 240/250, 180/250, 50/250");
    }
    return all;
}

std::uint64_t block_length(const StageShares& shares) {
    std::uint64_t length = 1;
    for (const Share& share :
         {shares.delivered, shares.read, shares.replied, shares.undeliverable}) {
        if (share.exact() && length <= longest_block) {
            length = std::lcm(length, share.denominator);
        }
    }
    return length;
}

} // namespace blast::sim
