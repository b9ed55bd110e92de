// Whatever stands where a WhatsApp address should: only a person has a phone, it is E.164, and it is the one that was
// written.
#include "blast/domain/jid.hpp"

#include "fuzz/property.hpp"

#include <algorithm>
#include <string>

using namespace blast;
using fuzz::require;

namespace {

/// Without blanks around it, in lower case.
std::string plain(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = std::min(text.find_first_not_of(blanks), text.size());
    std::string out(text.substr(first, text.find_last_not_of(blanks) + 1 - first));
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string written = plain(text);
    const Jid jid = parse_jid(text);
    require(
        (jid.kind == JidKind::person) == !jid.phone.empty(), "a person, and only one, has a phone");
    require(jid.kind != JidKind::group || written.ends_with("@g.us"), "a group is at g.us");
    require(jid.kind != JidKind::hidden || written.ends_with("@lid"), "a hidden number is at lid");
    if (jid.kind != JidKind::person)
        return 0;
    require(fuzz::is_e164(jid.phone), "a phone is E.164");
    require(
        written.ends_with("@c.us") || written.ends_with("@s.whatsapp.net") ||
            written.find('@') == std::string::npos,
        "a person is at WhatsApp, or a bare number");
    require(
        written.starts_with(jid.phone) || written.starts_with(jid.phone.substr(1)),
        "the phone is what was written");
    for (const char* server : {"@c.us", "@s.whatsapp.net", ":7@s.whatsapp.net", "", "@C.US "})
        require(
            parse_jid(jid.phone.substr(1) + server).phone == jid.phone,
            "each of its forms is read");
    return 0;
}
