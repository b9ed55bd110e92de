#include "blast/gateway/status_answer_reader.hpp"

#include "blast/core/random.hpp"
#include "blast/gateway/status_fields.hpp"
#include "blast/gateway/wire_json.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>
#include <string>
#include <utility>

using namespace blast;

namespace {

/// Documents of the members that matter, at every place and of every type, now and then twice or cut short.
class Documents {
public:
    explicit Documents(std::uint64_t seed) : random_(seed) {}

    std::string next() {
        std::string text = random_.below(10) == 0 ? value(0) : object(0);
        if (random_.below(20) == 0)
            text.resize(random_.below(text.size() + 1));
        return text;
    }

private:
    std::string object(int depth) {
        static constexpr std::array<const char*, 10> names{
            "data",   "status", "messageStatus", "messageC2STimestamp",
            "reason", "error",  "message",       "success",
            "key",    "x"};
        std::string text = "{";
        for (std::uint64_t left = random_.below(6); left > 0; --left) {
            text += text.size() > 1 ? ",\"" : "\"";
            text += names.at(random_.below(names.size()));
            text += "\":" + value(depth + 1);
        }
        return text + "}";
    }

    std::string value(int depth) {
        static constexpr std::array<const char*, 14> plain{
            "true",
            "false",
            "null",
            "3",
            "-1",
            "1634061785",
            "1634061785.7",
            "1e400",
            "\"\"",
            "\"1634061785\"",
            "\"READ\"",
            R"("a\u0000b")",
            "\"messageInfo \"",
            "[\"READ\"]"};
        const std::uint64_t kind = random_.below(10);
        if (kind < 4 && depth < 4)
            return object(depth);
        if (kind == 4 && depth < 4)
            return "[" + object(depth) + "," + value(depth + 1) + "]";
        if (kind == 5)
            return '"' + std::string(90 + random_.below(450), 'r') + '"';
        return plain.at(random_.below(plain.size()));
    }

    Random random_;
};

/// What the two readers tell differently of a document, and the document; empty: nothing.
std::string disagreement(const std::string& text) {
    const auto read = read_status_document(text);
    const auto document = parse_bounded(text);
    if (!read || !document)
        return read.has_value() == document.has_value() ? "" : "whether it is one: " + text;
    const StatusFields fields = read_status_fields(*document);
    const auto* const success = find_path(*document, {"success"});
    const bool told = success != nullptr && success->is_boolean();
    const auto* const data = find_path(*document, {"data"});
    const std::array<std::pair<const char*, bool>, 7> same{
        {{"is_object", read->is_object == document->is_object()},
         {"status", read->status == fields.status},
         {"c2s_timestamp", read->c2s_timestamp == fields.c2s_timestamp},
         {"reason", read->reason == fields.reason},
         {"message", read->message == text_at(*document, {"message"})},
         {"success", read->success == (told ? std::optional(success->get<bool>()) : std::nullopt)},
         {"data_is_empty",
          read->data_is_empty == (data != nullptr && data->is_object() && data->empty())}}};
    const auto differs = [](const auto& field) { return !field.second; };
    const auto* const found = std::find_if(same.begin(), same.end(), differs);
    return found == same.end() ? "" : found->first + (": " + text);
}

} // namespace

TEST_CASE("an answer is read without a document as it would be with one") {
    rc::prop("both readers tell the same", [](std::uint64_t seed) {
        Documents documents(seed);
        for (int i = 0; i < 300; ++i)
            RC_ASSERT(disagreement(documents.next()) == "");
    });
}

TEST_CASE("of the documents that the readers are compared with, enough tell a status") {
    Documents documents(1);
    int with_status = 0;
    for (int i = 0; i < 3'000; ++i) {
        const auto read = read_status_document(documents.next());
        with_status += read && !read->status.empty() ? 1 : 0;
    }
    CHECK(with_status > 100);
}

TEST_CASE("an answer that nests too deep is none") {
    CHECK_FALSE(read_status_document(std::string(100'000, '[')));
    CHECK_FALSE(read_status_document(
        R"({"status":"READ","x":)" + std::string(100, '[') + std::string(100, ']') + "}"));
}
