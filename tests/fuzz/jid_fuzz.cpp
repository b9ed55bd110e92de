// Whatever stands where a WhatsApp address should: only a person has a phone, it is E.164, and it is the one that was
// written.
#include "blast/domain/jid.hpp"

#include "fuzz/property.hpp"

#include <string>

using namespace blast;
using fuzz::require;

namespace {

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Jid jid = parse_jid(text);
    require(
        (jid.kind == JidKind::person) == !jid.phone.empty(), "a person, and only one, has a phone");
    require(jid.kind != JidKind::group || ends_with(text, "@g.us"), "a group is at g.us");
    require(jid.kind != JidKind::hidden || ends_with(text, "@lid"), "a hidden number is at lid");
    if (jid.kind != JidKind::person)
        return 0;
    require(fuzz::is_e164(jid.phone), "a phone is E.164");
    require(
        ends_with(text, "@c.us") || ends_with(text, "@s.whatsapp.net"), "a person is at WhatsApp");
    require(
        text.substr(0, jid.phone.size() - 1) == jid.phone.substr(1),
        "the phone is what was written");
    for (const char* server : {"@c.us", "@s.whatsapp.net", ":7@s.whatsapp.net"})
        require(
            parse_jid(jid.phone.substr(1) + server).phone == jid.phone,
            "each of its forms is read");
    return 0;
}
