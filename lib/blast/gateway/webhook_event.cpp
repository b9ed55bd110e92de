#include "blast/gateway/webhook_event.hpp"

#include "blast/core/printable.hpp"
#include "blast/domain/jid.hpp"
#include "blast/gateway/status_answer.hpp"
#include "blast/gateway/wire_json.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <new>

namespace blast {

namespace {

using nlohmann::json;
using Content = decltype(InboxEvent::content);

constexpr std::size_t array_limit = 1000;
constexpr const char* too_long = "longer than 64 KiB: cut";

Content unknown(std::string reason) {
    return UnmatchableEvent{EventKind::unknown, std::move(reason)};
}

Content read_receipt(StatusFields&& fields) {
    const Jid recipient = parse_jid(fields.remote_jid);
    if (recipient.kind == JidKind::group) {
        return UnmatchableEvent{EventKind::status, "the message went to a group"};
    }
    StatusReceipt receipt;
    receipt.message_id = std::move(fields.message_id);
    receipt.status = std::move(fields.status);
    // What a person wrote to us has a status too; it must not pass for one of our messages to that phone.
    if (fields.from_me.value_or(true)) {
        receipt.phone = recipient.phone;
    }
    receipt.device = std::move(fields.device);
    receipt.message_timestamp = fields.message_timestamp;
    receipt.c2s_timestamp = fields.c2s_timestamp;
    receipt.reason = std::move(fields.reason);
    return receipt;
}

std::string text_of_message(const json& message) {
    std::string text = text_at(message, {"message"}, webhook_body_limit);
    const std::string type = text_at(message, {"type"}, 40);
    if (text.empty() && !type.empty() && type != "text") {
        return fmt::format("[{}]", printable(type));
    }
    return text;
}

Content read_message(const json& message) {
    const Jid sender = parse_jid(text_at(message, {"from"}));
    if (sender.kind == JidKind::group) {
        return UnmatchableEvent{EventKind::message, "it was written in a group"};
    }
    if (sender.kind == JidKind::hidden) {
        return UnmatchableEvent{EventKind::message, "the sender's number is hidden (@lid)"};
    }
    if (sender.kind != JidKind::person) {
        return UnmatchableEvent{EventKind::message, "its sender is no WhatsApp address"};
    }
    if (bool_at(message, {"fromMe"}).value_or(false)) {
        return UnmatchableEvent{EventKind::message, "it was written from the device itself"};
    }
    IncomingMessage incoming;
    incoming.phone = sender.phone;
    incoming.receiver = parse_jid(text_at(message, {"dataReceiver", "jid"})).phone;
    incoming.text = text_of_message(message);
    incoming.at = epoch_seconds_at(message, {"timestamp"});
    return incoming;
}

bool is_message(const json& document) {
    const json* const from = find_path(document, {"from"});
    return from != nullptr && from->is_string() &&
           (document.contains("message") || document.contains("timestamp") ||
            document.contains("type"));
}

Content read_object(const json& document) {
    StatusFields fields = read_status_fields(document);
    if (!fields.message_id.empty() && !fields.status.empty()) {
        return read_receipt(std::move(fields));
    }
    if (is_message(document)) {
        return read_message(document);
    }
    const json* const data = find_path(document, {"data"});
    if (data != nullptr && is_message(*data)) {
        return read_message(*data);
    }
    return unknown(
        fields.message_id.empty() ? "neither a status nor a message"
                                  : "no status that is a string");
}

/// As WHATWG URL, 5.1, says: a "%" that no two hex digits follow stands for itself.
std::string form_decoded(std::string_view field) {
    std::string text(field);
    std::replace(text.begin(), text.end(), '+', ' ');
    int size = 0;
    const std::unique_ptr<char, decltype(&curl_free)> decoded(
        curl_easy_unescape(nullptr, text.c_str(), static_cast<int>(text.size()), &size),
        &curl_free);
    if (!decoded) {
        throw std::bad_alloc();
    }
    return {decoded.get(), static_cast<std::size_t>(size)};
}

/// "key[id]" is "key", "id"; a name whose brackets do not match stands for itself.
std::vector<std::string> parts_of_name(const std::string& name) {
    const std::size_t first = name.find('[');
    if (first == std::string::npos || first == 0 || name.back() != ']') {
        return {name};
    }
    std::vector<std::string> parts{name.substr(0, first)};
    for (std::size_t open = first; open < name.size();) {
        const std::size_t close = name.find(']', open);
        if (name[open] != '[' || close == std::string::npos) {
            return {name};
        }
        parts.push_back(name.substr(open + 1, close - open - 1));
        open = close + 1;
    }
    return parts;
}

json field_value(std::string text) {
    if (!text.empty() && (text.front() == '{' || text.front() == '[')) {
        std::optional<json> nested = parse_bounded(text);
        if (nested) {
            return *std::move(nested);
        }
    }
    json value = std::move(text);
    return value;
}

void set_field(json& document, const std::vector<std::string>& parts, json value) {
    json* here = &document;
    for (const std::string& part : parts) {
        if (!here->is_object()) {
            *here = json::object();
        }
        here = &(*here)[part];
    }
    *here = std::move(value);
}

/// False when the field makes the whole body unusable.
bool add_field(json& document, std::string_view field) {
    constexpr std::size_t bracket_limit = 8;
    const std::size_t equals = field.find('=');
    const std::string name = form_decoded(field.substr(0, equals));
    std::string value =
        equals == std::string_view::npos ? "" : form_decoded(field.substr(equals + 1));
    const std::vector<std::string> parts = parts_of_name(name);
    if (parts.size() > bracket_limit + 1 || !is_utf8(name) || !is_utf8(value)) {
        return false;
    }
    set_field(document, parts, field_value(std::move(value)));
    return true;
}

/// A body of the type application/x-www-form-urlencoded as the JSON object that it stands for: fields named "key[id]" become
/// objects in objects, a value that is a JSON object or array becomes that, all other values are strings. Of several
/// fields with one name the last counts. Nothing for a body without "=", with more than 200 fields or with more than 8
/// brackets in a name.
std::optional<json> read_form(std::string_view body) {
    if (body.find('=') == std::string_view::npos) {
        return std::nullopt;
    }
    constexpr std::size_t field_limit = 200;
    json document = json::object();
    for (std::size_t count = 0; !body.empty(); ++count) {
        const std::size_t end = std::min(body.find('&'), body.size());
        const std::string_view field = body.substr(0, end);
        if (count >= field_limit || (!field.empty() && !add_field(document, field))) {
            return std::nullopt;
        }
        body.remove_prefix(std::min(end + 1, body.size()));
    }
    return document;
}

/// A form often carries one field that is the whole document.
const json& unwrapped(const json& form) {
    return form.size() == 1 && form.begin()->is_object() ? *form.begin() : form;
}

/// Written out again, an element can be longer than the array was: escapes.
InboxEvent read_element(const json& element) {
    const std::string text = element.dump(-1, ' ', false, json::error_handler_t::replace);
    return {
        storable_text(text, webhook_body_limit),
        text.size() > webhook_body_limit ? unknown(too_long) : read_object(element)};
}

std::vector<InboxEvent> read_array(const json& document) {
    std::vector<InboxEvent> events;
    events.reserve(document.size());
    for (const json& element : document) {
        events.push_back(read_element(element));
    }
    return events;
}

bool is_readable_array(const json& document) {
    return document.is_array() && !document.empty() && document.size() <= array_limit &&
           std::all_of(document.begin(), document.end(), [](const json& element) {
               return element.is_object();
           });
}

Content read_single(std::string_view body, const std::optional<json>& document) {
    if (document) {
        return document->is_object() ? read_object(*document) : unknown("not a JSON object");
    }
    const std::optional<json> form = read_form(body);
    if (form) {
        return read_object(unwrapped(*form));
    }
    return unknown(body.empty() ? "an empty body" : "neither JSON nor a form");
}

} // namespace

std::vector<InboxEvent> read_webhook(std::string_view body) {
    if (body.size() > webhook_body_limit) {
        return {{storable_text(body, webhook_body_limit), unknown(too_long)}};
    }
    // What is kept is what is read: an event that waits is read again from there.
    std::string kept = storable_text(body, webhook_body_limit);
    const std::optional<json> document = parse_bounded(kept);
    if (document && is_readable_array(*document)) {
        return read_array(*document);
    }
    Content content = read_single(kept, document);
    return {{std::move(kept), std::move(content)}};
}

std::string webhook_jsonb(std::string_view body) {
    const std::optional<json> document = parse_bounded(body);
    return document ? jsonb_text(*document) : std::string();
}

} // namespace blast
