#pragma once

#include <string>
#include <string_view>

namespace blast {

/// Whom a WhatsApp address (JID) stands for.
enum class JidKind {
    person, ///< <digits>@s.whatsapp.net or <digits>@c.us, also with a device, <digits>:12@s.whatsapp.net, or a bare number
    group,  ///< ...@g.us: never a recipient of a blast
    hidden, ///< ...@lid: WhatsApp hides the number, it cannot be matched to a phone
    unknown ///< anything else
};

struct Jid {
    JidKind kind = JidKind::unknown;
    std::string phone; ///< E.164, "+60123456789"; empty unless kind is person
};

/// Reads a JID as gateways write it: blanks around it and the case of its server say nothing, a person's number may have a
/// plus before it, and may stand alone. Whatever else is malformed is JidKind::unknown. A person's number has 7 to 15
/// digits and no leading zero.
Jid parse_jid(std::string_view text);

} // namespace blast
