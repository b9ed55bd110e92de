#include "blast/store/sale_store.hpp"

#include "blast/sql.hpp"
#include "blast/store/connection.hpp"

#include <algorithm>
#include <map>

namespace blast {

namespace {

constexpr int counter_slot = 0; // for short work by hand
constexpr std::size_t group_size = 1000;

/// By message, as (blast, recipient): the position of the sale that counts for it.
using EarliestSales = std::map<std::int64_t, std::map<std::int64_t, std::size_t>>;

/// Finds the messages of a group of sales.
void match_group(
    Connection& connection,
    const std::vector<Sale>& sales,
    std::size_t first,
    std::vector<SaleOutcome>& outcomes,
    EarliestSales& earliest) {
    const std::size_t end = std::min(first + group_size, sales.size());
    ArrayLiteral phones;
    ArrayLiteral moments;
    ArrayLiteral made;
    ArrayLiteral amounts;
    for (std::size_t i = first; i < end; ++i) {
        phones.add(sales[i].phone);
        moments.add(sales[i].sent_before);
        made.add(sales[i].purchased_at);
        amounts.add(sales[i].amount);
    }
    const Result matches = connection.execute(
        sql::match_sales,
        Parameters::of(std::move(phones), std::move(moments), std::move(made), std::move(amounts)));
    for (int row = 0; row < matches.rows(); ++row) {
        const std::size_t sale = first + static_cast<std::size_t>(matches.integer(row, "sale"));
        outcomes[sale] = SaleOutcome::closed_before;
        if (matches.boolean(row, "recorded")) {
            continue;
        }
        const auto [counting, is_first] = earliest[matches.integer(row, "blast_id")].try_emplace(
            matches.integer(row, "id"), sale);
        if (!is_first && sales[sale].purchased_at < sales[counting->second].purchased_at) {
            counting->second = sale;
        }
    }
}

Parameters close_parameters(
    std::int64_t blast_id,
    const std::map<std::int64_t, std::size_t>& of_blast,
    const std::vector<Sale>& sales) {
    ArrayLiteral ids;
    ArrayLiteral moments;
    ArrayLiteral amounts;
    for (const auto& [id, sale] : of_blast) {
        ids.add(id);
        moments.add(sales[sale].purchased_at);
        amounts.add(sales[sale].amount);
    }
    return Parameters::of(
        blast_id, std::move(ids), std::move(moments), std::move(amounts), counter_slot);
}

} // namespace

std::vector<SaleOutcome> record_sales(Connection& connection, const std::vector<Sale>& sales) {
    return again_while_worth_it([&] {
        std::vector<SaleOutcome> outcomes(sales.size(), SaleOutcome::without_message);
        EarliestSales earliest;
        Transaction transaction(connection);
        for (std::size_t first = 0; first < sales.size(); first += group_size) {
            match_group(connection, sales, first, outcomes, earliest);
        }
        for (const auto& [blast_id, of_blast] : earliest) {
            const Result closed = connection.execute(
                sql::close_recipients, close_parameters(blast_id, of_blast, sales));
            for (int row = 0; row < closed.rows(); ++row) {
                outcomes[of_blast.at(closed.integer(row, "id"))] = SaleOutcome::closed;
            }
        }
        transaction.commit();
        return outcomes;
    });
}

} // namespace blast
