#include "blast/domain/number_plan.hpp"

#include <algorithm>
#include <cstdint>
#include <google/protobuf/io/coded_stream.h>
#include <optional>
#include <phonenumbers/phonemetadata.pb.h>
#include <re2/re2.h>
#include <vector>

// libphonenumber exports its metadata to its own sources, without a public header (cpp/src/phonenumbers/metadata.h).
// Weak: should a later version hide them, they are null here, there are no plans, and all goes through the library.
namespace i18n::phonenumbers {
[[gnu::weak]] int metadata_size();
[[gnu::weak]] const void* metadata_get();
} // namespace i18n::phonenumbers

namespace blast {

namespace {

using i18n::phonenumbers::PhoneMetadata;
using i18n::phonenumbers::PhoneNumberDesc;

bool is_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Calls `visit` with the metadata of every region (field 1 of PhoneMetadataCollection), one at a time: all of them
/// together would take megabytes.
template <typename Visit>
void visit_regions(Visit visit) {
    using i18n::phonenumbers::metadata_get;
    using i18n::phonenumbers::metadata_size;
    if (metadata_get == nullptr || metadata_size == nullptr) {
        return;
    }
    constexpr std::uint32_t region_tag = (1U << 3U) | 2U;
    google::protobuf::io::CodedInputStream stream(
        static_cast<const std::uint8_t*>(metadata_get()), metadata_size());
    PhoneMetadata metadata;
    while (stream.ReadTag() == region_tag) {
        std::uint32_t length = 0;
        if (!stream.ReadVarint32(&length)) {
            return;
        }
        const auto outer = stream.PushLimit(static_cast<int>(length));
        if (!metadata.ParseFromCodedStream(&stream)) {
            return;
        }
        stream.PopLimit(outer);
        visit(metadata);
    }
}

/// The region's metadata, where no other region has its calling code.
std::optional<PhoneMetadata> only_region_of_its_code(std::string_view region) {
    constexpr std::string_view no_country = "001"; // the id of many plans, such as +800's
    if (region == no_country) {
        return {};
    }
    std::optional<PhoneMetadata> found;
    visit_regions([&](const PhoneMetadata& metadata) {
        if (metadata.id() == region) {
            found = metadata;
        }
    });
    if (!found) {
        return {};
    }
    int sharing = 0;
    visit_regions([&](const PhoneMetadata& metadata) {
        sharing += metadata.country_code() == found->country_code() ? 1 : 0;
    });
    return sharing == 1 ? found : std::nullopt;
}

/// One kind of number (mobile, fixed line, ...), as PhoneNumberUtil::IsNumberMatchingDesc matches it.
class Kind {
public:
    explicit Kind(const PhoneNumberDesc& description)
        : pattern_(std::make_unique<RE2>(description.national_number_pattern(), RE2::Quiet)),
          lengths_(description.possible_length().begin(), description.possible_length().end()) {}

    bool usable() const { return pattern_->ok(); }
    bool matches_pattern(std::string_view number) const {
        return RE2::FullMatch(re2::StringPiece(number.data(), number.size()), *pattern_);
    }
    bool matches(std::string_view number) const {
        const auto length = static_cast<int>(number.size());
        const bool possible = lengths_.empty() ||
                              std::find(lengths_.begin(), lengths_.end(), length) != lengths_.end();
        return possible && matches_pattern(number);
    }

private:
    std::unique_ptr<RE2> pattern_;
    std::vector<int> lengths_;
};

/// The kinds of which PhoneNumberUtil::GetNumberTypeHelper makes a number valid, the most frequent first.
std::vector<Kind> kinds_of(const PhoneMetadata& metadata) {
    std::vector<Kind> kinds;
    for (const PhoneNumberDesc* description :
         {&metadata.mobile(), &metadata.fixed_line(), &metadata.toll_free(),
          &metadata.premium_rate(), &metadata.shared_cost(), &metadata.voip(),
          &metadata.personal_number(), &metadata.pager(), &metadata.uan(), &metadata.voicemail()}) {
        if (!description->national_number_pattern().empty()) {
            kinds.emplace_back(*description);
        }
    }
    return kinds;
}

} // namespace

struct NumberPlan::Rules {
    std::string calling_code;         ///< "60"
    std::string trunk_prefix;         ///< "0", or empty
    std::string international_prefix; ///< "00"; empty where it is no plain digits
    Kind any;
    std::vector<Kind> kinds;

    explicit Rules(const PhoneMetadata& metadata)
        : calling_code(std::to_string(metadata.country_code())),
          trunk_prefix(metadata.national_prefix_for_parsing()),
          international_prefix(
              is_digits(metadata.international_prefix()) ? metadata.international_prefix() : ""),
          any(metadata.general_desc()),
          kinds(kinds_of(metadata)) {}

    bool usable(const PhoneMetadata& metadata) const {
        return is_digits(trunk_prefix) && metadata.national_prefix_transform_rule().empty() &&
               any.usable() && std::all_of(kinds.begin(), kinds.end(), [](const Kind& kind) {
                   return kind.usable();
               });
    }

    /// Whether Parse would take a prefix off the front of a national number.
    bool begins_with_trunk_prefix(std::string_view digits) const {
        return !trunk_prefix.empty() && digits.starts_with(trunk_prefix);
    }

    bool valid(std::string_view number) const {
        return any.matches(number) &&
               std::any_of(kinds.begin(), kinds.end(), [number](const Kind& kind) {
                   return kind.matches(number);
               });
    }
};

NumberPlan::NumberPlan(std::unique_ptr<const Rules> rules) : rules_(std::move(rules)) {}
NumberPlan::~NumberPlan() = default;

std::unique_ptr<const NumberPlan> NumberPlan::of_region(std::string_view region) {
    const std::optional<PhoneMetadata> metadata = only_region_of_its_code(region);
    if (!metadata) {
        return nullptr;
    }
    auto rules = std::make_unique<const Rules>(*metadata);
    if (!rules->usable(*metadata)) {
        return nullptr;
    }
    return std::unique_ptr<const NumberPlan>(new NumberPlan(std::move(rules)));
}

/// What Parse leaves of digits that begin neither with a plus sign nor with its stand-in; empty where that takes more
/// than looking at the front.
std::string_view NumberPlan::national_part(std::string_view digits) const {
    const Rules& rules = *rules_;
    if (rules.international_prefix.empty()) {
        return {};
    }
    if (digits.starts_with(rules.calling_code)) {
        // Parse takes the code off a number that fits the plan only without it.
        const bool ambiguous =
            rules.begins_with_trunk_prefix(digits) || rules.any.matches_pattern(digits);
        return ambiguous ? std::string_view() : digits.substr(rules.calling_code.size());
    }
    if (rules.begins_with_trunk_prefix(digits)) {
        return digits.substr(rules.trunk_prefix.size());
    }
    return digits;
}

std::string NumberPlan::e164(std::string_view digits, bool international) const {
    constexpr std::size_t longest = 17;
    if (digits.size() > longest) {
        return {};
    }
    const std::string& prefix = rules_->international_prefix;
    if (!international && !prefix.empty() && digits.starts_with(prefix)) {
        digits.remove_prefix(prefix.size());
        international = true;
    }
    std::string_view national;
    if (!international) {
        national = national_part(digits);
    } else if (digits.starts_with(rules_->calling_code)) {
        national = digits.substr(rules_->calling_code.size());
    }
    const bool plain =
        !national.empty() && national[0] != '0' && !rules_->begins_with_trunk_prefix(national);
    if (!plain || !rules_->valid(national)) {
        return {};
    }
    std::string number;
    number.reserve(1 + rules_->calling_code.size() + national.size());
    number += '+';
    number += rules_->calling_code;
    number += national;
    return number;
}

} // namespace blast
