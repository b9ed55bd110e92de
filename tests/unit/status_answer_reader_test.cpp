#include "blast/gateway/status_answer_reader.hpp"

#include "blast/core/random.hpp"
#include "blast/gateway/status_fields.hpp"
#include "blast/gateway/wire_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <random>
#include <string>

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

} // namespace

TEST_CASE("an answer is read without a document as it would be with one") {
    const std::uint64_t seed = std::random_device()();
    CAPTURE(seed);
    Documents documents(seed);
    int with_status = 0;
    for (int i = 0; i < 30'000; ++i) {
        const std::string text = documents.next();
        CAPTURE(text);
        const auto read = read_status_document(text);
        const auto document = parse_bounded(text);
        REQUIRE(read.has_value() == document.has_value());
        if (!read)
            continue;
        const StatusFields fields = read_status_fields(*document);
        REQUIRE(read->is_object == document->is_object());
        REQUIRE(read->status == fields.status);
        REQUIRE(read->c2s_timestamp == fields.c2s_timestamp);
        REQUIRE(read->reason == fields.reason);
        REQUIRE(read->message == text_at(*document, {"message"}));
        const auto* const success = find_path(*document, {"success"});
        const bool told = success != nullptr && success->is_boolean();
        REQUIRE(read->success == (told ? std::optional(success->get<bool>()) : std::nullopt));
        const auto* const data = find_path(*document, {"data"});
        REQUIRE(read->data_is_empty == (data != nullptr && data->is_object() && data->empty()));
        with_status += read->status.empty() ? 0 : 1;
    }
    CHECK(with_status > 1'000);
}

TEST_CASE("an answer that nests too deep is none") {
    CHECK_FALSE(read_status_document(std::string(100'000, '[')));
    CHECK_FALSE(read_status_document(
        R"({"status":"READ","x":)" + std::string(100, '[') + std::string(100, ']') + "}"));
}
