#include "blast/cli/admin_commands.hpp"
#include "blast/cli/open_database.hpp"
#include "blast/cli/option_values.hpp"
#include "blast/core/csv_writer.hpp"
#include "blast/core/printable.hpp"
#include "blast/domain/jid.hpp"
#include "blast/domain/phone.hpp"
#include "blast/intake/phone_list.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <set>
#include <unordered_set>

namespace blast {

namespace {

using Json = nlohmann::ordered_json;

/// Each phone once, in their order.
class EntryList {
public:
    void add(const std::string& phone, const std::string& reason) {
        if (phones_.insert(phone).second) {
            entries_.push_back({phone, reason});
        }
    }
    const std::vector<OptOutEntry>& entries() const noexcept { return entries_; }

private:
    std::unordered_set<std::string> phones_;
    std::vector<OptOutEntry> entries_;
};

void print_changes(
    const AdminOptions& options,
    const EntryList& list,
    const OptOutChanges& changes,
    std::uint64_t invalid) {
    const auto listed_before = static_cast<std::int64_t>(list.entries().size()) - changes.added;
    if (options.settings.format == OutputFormat::json) {
        Json document{
            {"added", changes.added},
            {"listed_before", listed_before},
            {"dropped", changes.dropped},
            {"on_their_way", on_their_way_json(changes.on_their_way)}};
        if (options.command == AdminCommand::opt_out_import) {
            document["invalid"] = invalid;
        }
        fmt::print("{}\n", document.dump());
        return;
    }
    fmt::print("{} added to the opt-out list, {} on it before\n", changes.added, listed_before);
    if (changes.dropped > 0) {
        fmt::print("{} queued for them dropped\n", changes.dropped);
    }
    if (!changes.on_their_way.empty()) {
        fmt::print("{}\n", on_their_way_words(changes.on_their_way));
    }
    if (invalid > 0) {
        fmt::print("{} bad rows left out\n", invalid);
    }
}

/// A page of the list as the format has it; `first` when no row was printed before.
void print_page(const std::vector<OptOut>& page, const Settings& settings, bool first) {
    for (const OptOut& entry : page) {
        const WallTime time = WallTime() + std::chrono::duration_cast<WallTime::duration>(
                                               std::chrono::duration<double>(entry.opted_out_at));
        const std::string iso = settings.timezone.iso8601(time);
        if (settings.format == OutputFormat::json) {
            const Json document{
                {"phone", entry.phone},
                {"opted_out_at", iso},
                {"source", entry.source},
                {"reason", entry.reason.empty() ? Json(nullptr) : Json(entry.reason)}};
            fmt::print("{}{}", first ? "" : ",\n", document.dump());
        } else if (settings.format == OutputFormat::csv) {
            fmt::print(
                "{}",
                csv_row({entry.phone, iso, entry.source, entry.reason}, FormulaCells::neutralise));
        } else {
            fmt::print(
                "{:<16}  {:<16}  {:<7}  {}\n", entry.phone, settings.timezone.for_people(time),
                entry.source, printable(entry.reason));
        }
        first = false;
    }
}

void print_head(OutputFormat format) {
    if (format == OutputFormat::json) {
        fmt::print("[");
    } else if (format == OutputFormat::csv) {
        fmt::print("phone,opted_out_at,source,reason\n");
    } else {
        fmt::print("{:<16}  {:<16}  {:<7}  {}\n", "PHONE", "SINCE", "SOURCE", "REASON");
    }
}

[[noreturn]] void refuse_phone(const std::string& written, const ParsedPhone& phone) {
    throw UsageError(
        fmt::format("'{}' is not a phone number ({})", printable(written, 60), phone.problem),
        "write it in quotes, such as '012-345 6789' or +60123456789");
}

} // namespace

std::vector<std::string>
parse_phones(const std::vector<std::string>& written, const Settings& settings) {
    const PhoneParser parser(settings.region);
    std::vector<std::string> phones;
    for (const std::string& text : written) {
        ParsedPhone phone = parser.parse(text);
        if (!phone.valid()) {
            refuse_phone(text, phone);
        }
        if (std::find(phones.begin(), phones.end(), phone.e164) == phones.end()) {
            phones.push_back(std::move(phone.e164));
        }
    }
    return phones;
}

std::vector<std::string> parse_known_phone(const std::string& written, const Settings& settings) {
    const ParsedPhone phone = PhoneParser(settings.region).parse(written);
    const PhoneSpelling spelling = read_phone_spelling(written);
    const std::string by_digits = spelling.problem.empty() && spelling.international
                                      ? parse_jid(spelling.digits + "@s.whatsapp.net").phone
                                      : std::string();
    if (!phone.valid() && by_digits.empty()) {
        refuse_phone(written, phone);
    }
    std::vector<std::string> forms{phone.valid() ? phone.e164 : by_digits};
    std::set<std::string> others = spellings_of(forms.front());
    if (!by_digits.empty()) {
        others.merge(spellings_of(by_digits));
    }
    others.erase(forms.front());
    forms.insert(forms.end(), others.begin(), others.end());
    return forms;
}

nlohmann::ordered_json on_their_way_json(const std::vector<MessageOnItsWay>& messages) {
    Json list = Json::array();
    for (const MessageOnItsWay& message : messages) {
        list.push_back({{"blast_id", message.blast_id}, {"phone", message.phone}});
    }
    return list;
}

ExitCode run_opt_out_add(const AdminOptions& options) {
    EntryList list;
    for (const std::string& phone : parse_phones(options.phones, options.settings)) {
        list.add(phone, options.reason);
    }
    Connection connection = open_database(options.settings);
    print_changes(options, list, add_opt_outs(connection, list.entries(), "manual"), 0);
    return ExitCode::done;
}

ExitCode run_opt_out_remove(const AdminOptions& options) {
    std::vector<std::vector<std::string>> people;
    for (const std::string& written : options.phones) {
        people.push_back(parse_known_phone(written, options.settings));
    }
    Connection connection = open_database(options.settings);
    std::vector<std::string> phones;
    for (const auto& forms : people) {
        phones.insert(phones.end(), forms.begin(), forms.end());
    }
    const std::vector<std::string> removed = remove_opt_outs(connection, phones);
    std::vector<std::string> not_listed;
    for (const auto& forms : people) {
        const bool listed =
            std::find_first_of(removed.begin(), removed.end(), forms.begin(), forms.end()) !=
            removed.end();
        const bool told =
            std::find(not_listed.begin(), not_listed.end(), forms.front()) != not_listed.end();
        if (!listed && !told) {
            not_listed.push_back(forms.front());
        }
    }
    if (options.settings.format == OutputFormat::json) {
        fmt::print("{}\n", Json{{"removed", removed.size()}, {"not_listed", not_listed}}.dump());
        return ExitCode::done;
    }
    fmt::print("{} removed from the opt-out list\n", removed.size());
    for (const std::string& phone : not_listed) {
        fmt::print("{} was not on it\n", phone);
    }
    return ExitCode::done;
}

ExitCode run_opt_out_list(const AdminOptions& options) {
    constexpr int page_size = 1000;
    Connection connection = open_database(options.settings);
    print_head(options.settings.format);
    std::vector<OptOut> page;
    bool first = true;
    do {
        page = list_opt_outs(connection, page.empty() ? "" : page.back().phone, page_size);
        print_page(page, options.settings, first);
        first = first && page.empty();
    } while (page.size() == page_size);
    if (options.settings.format == OutputFormat::json) {
        fmt::print("]\n");
    }
    return ExitCode::done;
}

ExitCode run_opt_out_import(const AdminOptions& options) {
    PhoneListSettings file;
    file.csv_path = options.csv;
    file.phone_column = options.phone_column;
    file.skip_invalid = options.skip_invalid;
    file.columns = {"reason"};
    file.header_optional = true;
    file.done = "imported";
    EntryList list;
    const std::uint64_t invalid = read_phone_list(
        file, PhoneParser(options.settings.region),
        [&list](const PhoneListRow& row) { list.add(row.phone, row.cells.front()); });
    Connection connection = open_database(options.settings);
    print_changes(options, list, add_opt_outs(connection, list.entries(), "import"), invalid);
    return ExitCode::done;
}

} // namespace blast
