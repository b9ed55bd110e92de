#include "blast/cli/admin_commands.hpp"
#include "blast/cli/open_database.hpp"
#include "blast/core/printable.hpp"
#include "blast/intake/phone_list.hpp"
#include "blast/store/sale_store.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace blast {

namespace {

using Json = nlohmann::ordered_json;

struct SalesFile {
    std::vector<Sale> sales;
    std::uint64_t invalid = 0;
};

SalesFile read_sales(const AdminOptions& options, WallTime now) {
    PhoneListSettings file;
    file.csv_path = options.csv;
    file.phone_column = options.phone_column;
    file.skip_invalid = options.skip_invalid;
    file.columns = {"amount", "date"};
    file.done = "closed";
    SalesFile read;
    read.invalid =
        read_phone_list(file, PhoneParser(options.settings.region), [&](const PhoneListRow& row) {
            Sale sale;
            sale.line = row.line;
            sale.phone = row.phone;
            const std::string& amount = row.cells[0];
            if (!amount.empty()) {
                sale.amount = parse_amount(amount);
            }
            set_sale_time(sale, row.cells[1], options.settings.timezone, now);
            read.sales.push_back(std::move(sale));
        });
    return read;
}

std::int64_t count_of(const std::vector<SaleOutcome>& outcomes, SaleOutcome outcome) {
    return std::count(outcomes.begin(), outcomes.end(), outcome);
}

/// The sales whose phone got no message before them.
std::vector<Sale> unmatched_of(const SalesFile& file, const std::vector<SaleOutcome>& outcomes) {
    std::vector<Sale> unmatched;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (outcomes[i] == SaleOutcome::without_message) {
            unmatched.push_back(file.sales[i]);
        }
    }
    return unmatched;
}

void print_json(const SalesFile& file, const std::vector<SaleOutcome>& outcomes) {
    Json unmatched = Json::array();
    for (const Sale& sale : unmatched_of(file, outcomes)) {
        unmatched.push_back({{"line", sale.line}, {"phone", sale.phone}});
    }
    const Json document{
        {"sales", file.sales.size()},
        {"closed", count_of(outcomes, SaleOutcome::closed)},
        {"closed_before", count_of(outcomes, SaleOutcome::closed_before)},
        {"unmatched", unmatched},
        {"invalid", file.invalid}};
    fmt::print("{}\n", document.dump());
}

void print_text(
    const AdminOptions& options, const SalesFile& file, const std::vector<SaleOutcome>& outcomes) {
    const std::vector<Sale> unmatched = unmatched_of(file, outcomes);
    fmt::print(
        "{} sales: {} closed now, {} closed before, {} without a message before them\n",
        file.sales.size(), count_of(outcomes, SaleOutcome::closed),
        count_of(outcomes, SaleOutcome::closed_before), unmatched.size());
    const std::string name = options.csv == "-" ? "standard input" : printable(options.csv);
    for (const Sale& sale : unmatched) {
        fmt::print("{}:{}: no message was sent to {} before\n", name, sale.line, sale.phone);
    }
    if (file.invalid > 0) {
        fmt::print("{} bad rows left out\n", file.invalid);
    }
}

} // namespace

ExitCode run_close(const AdminOptions& options) {
    const SalesFile file = read_sales(options, SystemClock().wall());
    Connection connection = open_database(options.settings);
    const std::vector<SaleOutcome> outcomes = record_sales(connection, file.sales);
    if (options.settings.format == OutputFormat::json) {
        print_json(file, outcomes);
    } else {
        print_text(options, file, outcomes);
    }
    return ExitCode::done;
}

} // namespace blast
