#include "blast/cli/hook_summary.hpp"

#include "blast/cli/progress.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace blast {

namespace {

std::string as_json(const IngestSummary& summary) {
    const IntakeCounts& counts = summary.counts;
    const nlohmann::ordered_json document{
        {"events", counts.events},       {"applied", counts.applied},
        {"repeats", counts.repeats},     {"kept", counts.kept},
        {"opted_out", counts.opted_out}, {"waiting", summary.waiting_in_all}};
    return document.dump() + "\n";
}

void add_line(std::string& text, const char* what, std::int64_t count, const char* meaning) {
    if (count > 0) {
        text += fmt::format("  {:<10}{:>9}  {}\n", what, with_thousands(count), meaning);
    }
}

std::string for_people(const IngestSummary& summary) {
    const IntakeCounts& counts = summary.counts;
    std::string text = fmt::format("took in {} event(s)\n", with_thousands(counts.events));
    add_line(text, "applied", counts.applied, "those that had waited included");
    add_line(text, "repeats", counts.repeats, "had come before");
    add_line(text, "kept", counts.kept, "for inspection: blast-hook --inbox");
    add_line(text, "opted out", counts.opted_out, "will not be written to again");
    add_line(text, "waiting", summary.waiting_in_all, "in all, for the messages they are about");
    return text;
}

} // namespace

std::string format_ingest_summary(const IngestSummary& summary, OutputFormat format) {
    return format == OutputFormat::json ? as_json(summary) : for_people(summary);
}

} // namespace blast
