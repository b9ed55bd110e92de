#include "blast/domain/comparison.hpp"
#include "blast/report/comparison_text.hpp"
#include "blast/report/funnel_json_parts.hpp"
#include "blast/report/recipient_cells.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace blast {

using Json = nlohmann::ordered_json;

namespace {

Json arm_json(const ComparedArm& arm, const TimeZone& zone) {
    Json object;
    object["name"] = arm.name;
    object.update(head_json(arm.blast, zone));
    if (arm.variant) {
        object["variant"] = *arm.variant;
        object["message"] = arm.message;
    }
    add_counts(object, arm.counts);
    return object;
}

Json difference_json(
    const std::optional<RateDifference>& difference,
    const std::string& arm,
    const std::string& against) {
    if (!difference) {
        return nullptr;
    }
    return {
        {"arm", arm},
        {"against", against},
        {"difference", difference->difference},
        {"low", difference->low},
        {"high", difference->high},
        {"p_value", difference->p_value},
        {"test", to_string(difference->test)},
        {"significant", difference->significant()},
        {"verdict", verdict(difference)}};
}

std::string lower_case_name(std::string_view name) {
    std::string key(name);
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return key;
}

Json stage_json(const ComparedStage& stage, const std::vector<ComparedArm>& arms) {
    Json rates = Json::array();
    for (const Proportion& rate : stage.rates) {
        rates.push_back(rate.trials == 0 ? Json(nullptr) : Json(rate.rate()));
    }
    Json differences = Json::array();
    for (std::size_t i = 1; i < arms.size(); ++i) {
        differences.push_back(
            difference_json(stage.differences[i - 1], arms[i].name, arms.front().name));
    }
    Json object;
    object["stage"] = lower_case_name(stage.name);
    object["rates"] = std::move(rates);
    object["differences"] = std::move(differences);
    return object;
}

} // namespace

std::string comparison_json(const std::vector<ComparedArm>& arms, const TimeZone& zone) {
    Json document;
    document["arms"] = Json::array();
    for (const ComparedArm& arm : arms) {
        document["arms"].push_back(arm_json(arm, zone));
    }
    document["comparison"] = Json::array();
    for (const ComparedStage& stage : compare_arms(arms)) {
        document["comparison"].push_back(stage_json(stage, arms));
    }
    return json_text(document) + '\n';
}

} // namespace blast
