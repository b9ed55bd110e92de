#include "blast/store/poll_store.hpp"

#include "blast/sql.hpp"

#include <charconv>
#include <string_view>
#include <system_error>

namespace blast {

namespace {

/// Walks over the ids of a bigint[] as PostgreSQL writes it: {1,2,3}, or nothing for NULL.
class IdReader {
public:
    explicit IdReader(std::string_view array) : left_(array) {}

    std::optional<std::int64_t> next() {
        if (left_.size() < 2) {
            return std::nullopt;
        }
        std::int64_t id = 0;
        const char* const end = left_.data() + left_.size();
        const auto [rest, error] = std::from_chars(left_.data() + 1, end, id);
        if (error != std::errc()) {
            return std::nullopt;
        }
        left_ = {rest, static_cast<std::size_t>(end - rest)};
        return id;
    }

private:
    std::string_view left_; ///< from the bracket or comma on
};

} // namespace

Statement open_blasts_statement(std::optional<std::int64_t> only) {
    return {sql::open_blasts, Parameters::of(only)};
}

std::vector<std::int64_t> read_blast_ids(const Result& result) {
    std::vector<std::int64_t> ids;
    ids.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
        ids.push_back(result.integer(row, "blast_id"));
    }
    return ids;
}

Statement poll_start_statement() {
    return {sql::server_time};
}

double read_poll_start(const Result& result) {
    return result.one_row().number(0, "epoch");
}

Statement survey_statement(const std::vector<std::int64_t>& blasts, const DueRule& rule) {
    return {sql::poll_survey, Parameters::of(array_of(blasts), rule.unchecked_since)};
}

PollSurvey read_survey(const Result& result) {
    result.one_row();
    return {
        result.integer(0, "due"), result.integer(0, "moving"),
        result.optional_number(0, "next_in")};
}

Statement candidates_statement(
    const std::vector<std::int64_t>& blasts,
    const DueRule& rule,
    std::size_t limit,
    const std::optional<PollCandidate>& after) {
    Parameters parameters = Parameters::of(array_of(blasts), rule.unchecked_since, limit);
    if (after) {
        parameters.add(after->was_read)
            .add(after->sent)
            .add(after->key.blast_id)
            .add(after->key.id);
    } else {
        parameters.add(std::nullopt).add(std::nullopt).add(std::nullopt).add(std::nullopt);
    }
    return {sql::poll_candidates, std::move(parameters)};
}

std::optional<PollCandidate>
read_candidates(const Result& result, std::vector<RecipientKey>& keys) {
    result.one_row();
    IdReader blasts(result.text(0, "blast_ids"));
    IdReader ids(result.text(0, "ids"));
    const std::size_t before = keys.size();
    while (const auto blast_id = blasts.next()) {
        keys.push_back({*blast_id, ids.next().value_or(0)});
    }
    if (keys.size() == before) {
        return std::nullopt;
    }
    return PollCandidate{keys.back(), result.boolean(0, "was_read"), result.number(0, "accepted")};
}

Statement claim_lock_statement(const std::vector<std::int64_t>& blasts) {
    return {sql::poll_lock, Parameters::of(array_of(blasts))};
}

Statement claim_messages_statement(
    std::int64_t blast_id, const std::vector<std::int64_t>& ids, const ClaimTerms& terms) {
    const double seconds = std::chrono::duration<double>(terms.lease).count();
    return {
        sql::poll_claim,
        Parameters::of(blast_id, array_of(ids), seconds, terms.rule.unchecked_since, terms.id)};
}

std::vector<ClaimedMessage> read_claimed_messages(std::int64_t blast_id, const Result& result) {
    std::vector<ClaimedMessage> messages;
    messages.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
        messages.push_back(
            {{blast_id, result.integer(row, "id")},
             std::string(result.text(row, "message_id")),
             std::string(result.text(row, "device"))});
    }
    return messages;
}

Statement release_claims_statement(std::int64_t blast_id, const std::vector<std::string>& claims) {
    return {sql::poll_release, Parameters::of(blast_id, array_of(claims))};
}

} // namespace blast
