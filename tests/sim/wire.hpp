#pragma once

#include "sim/draws.hpp"
#include "sim/fate.hpp"
#include "sim/message_book.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace blast::sim {

/// The text as a JSON string, quotes included. The text must be UTF-8, as all that came out of a JSON document is;
/// anything else is replaced by U+FFFD.
std::string json_string(std::string_view text);

/// The string member of that name; empty when `document` is no object, has no such member, or it is no string.
/// Valid as long as the document.
std::string_view string_at(const nlohmann::json& document, const char* name);

} // namespace blast::sim

/// The gateway's JSON, as its page describes it: the bodies of answers and of webhook events.
namespace blast::sim::wire {

/// {"success":false,"message":"..."}
std::string failure(std::string_view words);

/// A device in the answers of /v1/devices and /v1/info; `own_number` is digits only.
std::string device(std::string_view id, std::string_view own_number);
/// messageInfo's answer: account data with a boolean `status`, and nothing of any message.
std::string account();

/// A message as the wire shows it.
struct MessageView {
    const Message& message;
    std::string_view device;
    std::string_view quoted_text; ///< as a JSON string, quotes included
};

/// sendMessage2's success: {"success":true,"message":"Sent Successfully","data":{...}}.
std::string sent(const MessageView& view, std::string_view secret);
/// sendMessage's success, flat: {"messageId":"3EB0...","id_device":"5850",...}.
std::string sent_flat(const MessageView& view);
/// A success that lacks the message's id.
std::string sent_without_id(const MessageView& view);

/// The getMessageStatus document, bare: {"key":{...},"message":{...},"messageTimestamp":"...","status":"...",
/// "messageC2STimestamp":"..."}. `quoted_status` is JSON (usually a string with its quotes), `since` the moment at which
/// the status came to be. A message that is still PENDING has no messageC2STimestamp.
std::string
status_document(const MessageView& view, std::string_view quoted_status, WallTime since);
/// {"success":true,"message":"messageInfo ","data":DOCUMENT}
std::string wrapped(std::string_view document);
/// The answer for a message that the gateway does not know.
std::string unknown_message();

enum class ReceiptShape { bare, under_data, flat };

/// A status webhook: the document above, the same under `data`, or {"messageId","status","messageC2STimestamp"}.
std::string
receipt(const MessageView& view, ReceiptShape shape, std::string_view status, WallTime since);
/// An incoming message from the recipient. `own_number` is the device's, digits only.
std::string
incoming(const MessageView& view, std::string_view text, std::string_view own_number, WallTime at);

/// What a recipient writes: an everyday answer in Malay or English, or a word that asks for no more messages.
std::string_view reply_text(const Draws& draws, std::uint64_t ordinal, double opt_out_share);

} // namespace blast::sim::wire
