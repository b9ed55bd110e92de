#include "sim/wire.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace blast::sim {

using nlohmann::json;

std::string json_string(std::string_view text) {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string_view string_at(const json& document, const char* name) {
    if (!document.is_object()) {
        return {};
    }
    const auto found = document.find(name);
    return found != document.end() && found->is_string()
               ? std::string_view(found->get_ref<const std::string&>())
               : std::string_view();
}

namespace wire {

namespace {

std::int64_t epoch_seconds(WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string key(const MessageView& view) {
    return fmt::format(
        R"({{"remoteJid":"{}@s.whatsapp.net","fromMe":true,"id":"{}"}})", view.message.phone,
        text_of(view.message.id));
}

} // namespace

std::string failure(std::string_view words) {
    return fmt::format(R"({{"success":false,"message":{}}})", json_string(words));
}

std::string device(std::string_view id, std::string_view own_number) {
    return fmt::format(
        R"({{"id":{},"name":{},"jid":"{}@s.whatsapp.net","status":"connected"}})", json_string(id),
        json_string(fmt::format("Device {}", id)), own_number);
}

std::string account() {
    return R"({"success":true,"status":true,"message":"messageInfo","data":{"package":"simulator"}})";
}

std::string sent(const MessageView& view, std::string_view secret) {
    return fmt::format(
        R"({{"success":true,"message":"Sent Successfully","data":{{"key":{},)"
        R"("message":{{"extendedTextMessage":{{"text":{},"contextInfo":{{"expiration":0}}}},)"
        R"("messageContextInfo":{{"messageSecret":"{}"}}}},"messageTimestamp":"{}","status":"PENDING"}}}})",
        key(view), view.quoted_text, secret, epoch_seconds(view.message.accepted));
}

std::string sent_flat(const MessageView& view) {
    return fmt::format(
        R"({{"messageId":"{}","id_device":{},"jid":"{}@s.whatsapp.net","message":{},)"
        R"("sendType":"sendMessage","status":"PENDING","qt":{},"priority":1}})",
        text_of(view.message.id), json_string(view.device), view.message.phone, view.quoted_text,
        epoch_seconds(view.message.accepted));
}

std::string sent_without_id(const MessageView& view) {
    return fmt::format(
        R"({{"success":true,"message":"Sent Successfully","data":{{"messageTimestamp":"{}","status":"PENDING"}}}})",
        epoch_seconds(view.message.accepted));
}

std::string
status_document(const MessageView& view, std::string_view quoted_status, WallTime since) {
    const bool pending = quoted_status == R"("PENDING")";
    return fmt::format(
        R"({{"key":{},"message":{{"conversation":{}}},"messageTimestamp":"{}","status":{}{}}})",
        key(view), view.quoted_text, epoch_seconds(view.message.accepted), quoted_status,
        pending ? "" : fmt::format(R"(,"messageC2STimestamp":"{}")", epoch_seconds(since)));
}

std::string wrapped(std::string_view document) {
    return fmt::format(R"({{"success":true,"message":"messageInfo ","data":{}}})", document);
}

std::string unknown_message() {
    return R"({"success":false,"message":"messageInfo ","data":{}})";
}

std::string
receipt(const MessageView& view, ReceiptShape shape, std::string_view status, WallTime since) {
    if (shape == ReceiptShape::flat) {
        return fmt::format(
            R"({{"messageId":"{}","status":"{}","messageC2STimestamp":"{}"}})",
            text_of(view.message.id), status, epoch_seconds(since));
    }
    const std::string document = status_document(view, json_string(status), since);
    return shape == ReceiptShape::bare ? document : fmt::format(R"({{"data":{}}})", document);
}

std::string
incoming(const MessageView& view, std::string_view text, std::string_view own_number, WallTime at) {
    return fmt::format(
        R"({{"type":"text","message":{},"file":"","from":"{}@c.us","timestamp":{},"is_forwarded":false,)"
        R"("is_broadcast":false,"dataSender":"","dataReceiver":{{"jid":"{}@s.whatsapp.net","name":{},)"
        R"("phone":{{}},"imgUrl":""}}}})",
        json_string(text), view.message.phone, epoch_seconds(at), own_number,
        json_string(fmt::format("Device {}", view.device)));
}

std::string_view reply_text(const Draws& draws, std::uint64_t ordinal, double opt_out_share) {
    static constexpr std::array<std::string_view, 16> everyday{
        "Berapa harga?",
        "Hi, nak tanya",
        "Ok terima kasih",
        "Boleh COD ke?",
        "Saya berminat",
        "Masih ada stok?",
        "Nak order 2 ya",
        "Lokasi kat mana?",
        "Interested, how to order?",
        "How much is it?",
        "Yes please",
        "Can I come tomorrow?",
        "Thank you 😊",
        "Is the promo still on?",
        "Nanti saya confirm balik",
        "Sabtu buka tak? Please don't stop the promo yet"};
    static constexpr std::array<std::string_view, 4> no_more{
        "STOP", "Berhenti", "stop.", "UNSUBSCRIBE"};
    const std::uint64_t choice = draws.bits(ordinal, Purpose::reply_text);
    const bool opts_out = draws.uniform(ordinal, Purpose::opt_out) < opt_out_share;
    return opts_out ? no_more.at(choice % no_more.size()) : everyday.at(choice % everyday.size());
}

} // namespace wire

} // namespace blast::sim
