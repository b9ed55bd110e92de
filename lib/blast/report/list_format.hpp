#pragma once

#include "blast/core/output.hpp"
#include "blast/core/zoned_time.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace blast {

/// What a report is written as.
enum class ReportFormat { table, json, csv, html, svg };

/// A JSON array written as it comes, an element a line; "[]" when there is none.
class JsonArray {
public:
    explicit JsonArray(Output& output) : output_(output) {}

    /// `element` is a JSON value.
    void add(std::string_view element) {
        text_ += empty_ ? "[\n" : ",\n";
        text_ += element;
        empty_ = false;
        if (text_.size() >= flush_size) {
            flush();
        }
    }

    void end() {
        text_ += empty_ ? "[]\n" : "\n]\n";
        flush();
    }

private:
    static constexpr std::size_t flush_size = 65'536;

    void flush() {
        output_.write(text_);
        text_.clear();
    }

    Output& output_;
    std::string text_;
    bool empty_ = true;
};

// How values stand in csv and json.

/// "" for nothing.
std::string iso8601_or_empty(const std::optional<WallTime>& time, const TimeZone& zone);

/// The gateway's or a person's words for a cell of csv: what a terminal could obey is escaped, only line breaks stay as they are.
std::string words_cell(std::string_view words);

/// null for nothing.
nlohmann::ordered_json time_json(const std::optional<WallTime>& time, const TimeZone& zone);
/// null for "".
nlohmann::ordered_json text_json(const std::string& text);
/// Own columns as an object.
nlohmann::ordered_json variables_json(const std::string& variables);
/// On one line; bytes that are not UTF-8 become U+FFFD.
std::string json_text(const nlohmann::ordered_json& document);

} // namespace blast
