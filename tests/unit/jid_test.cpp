#include "blast/domain/jid.hpp"

#include "support/catch.hpp"

#include <rapidcheck/catch.h>

using blast::JidKind;
using blast::parse_jid;

TEST_CASE("a person's JID gives the phone, on either server and with a device") {
    for (const char* jid :
         {"60123456789@s.whatsapp.net", "60123456789@c.us", "60123456789:12@s.whatsapp.net",
          "60123456789:0@c.us"}) {
        INFO(jid);
        CHECK(parse_jid(jid).kind == JidKind::person);
        CHECK(parse_jid(jid).phone == "+60123456789");
    }
}

TEST_CASE("a person's number is read however it is written") {
    for (const char* jid :
         {"+60123456789@c.us", "+60123456789@s.whatsapp.net", "60123456789", "+60123456789",
          "60123456789@C.US", "60123456789@S.WhatsApp.Net", "60123456789@c.us ",
          " 60123456789@c.us", "\t60123456789\r\n", "+60123456789:3@C.Us "}) {
        INFO(jid);
        CHECK(parse_jid(jid).kind == JidKind::person);
        CHECK(parse_jid(jid).phone == "+60123456789");
    }
    CHECK(parse_jid("120363025246125486@G.US ").kind == JidKind::group);
    CHECK(parse_jid(" 186325734921@LID").kind == JidKind::hidden);
}

TEST_CASE("groups and hidden numbers are told apart and have no phone") {
    CHECK(parse_jid("120363025246125486@g.us").kind == JidKind::group);
    CHECK(parse_jid("60123456789-1612345678@g.us").kind == JidKind::group);
    CHECK(parse_jid("186325734921@lid").kind == JidKind::hidden);
    CHECK(parse_jid("186325734921:3@lid").kind == JidKind::hidden);
    CHECK(parse_jid("120363025246125486@g.us").phone.empty());
    CHECK(parse_jid("186325734921@lid").phone.empty());
}

TEST_CASE("anything else is unknown") {
    for (const char* jid :
         {"",
          " ",
          "@",
          "@s.whatsapp.net",
          "60123456789@",
          "60123456789@example.com",
          "+",
          "60123456789@s.whatsapp.net@c.us",
          "++60123456789@c.us",
          "60123456789 @c.us",
          "0123456789",
          "6012345678a@c.us",
          "60123456789:@c.us",
          "60123456789:1a@c.us",
          "60123456789:123456@c.us",
          ":1@c.us",
          "status@broadcast",
          "60 12@c.us",
          "@g.us",
          "@lid"}) {
        INFO(jid);
        CHECK(parse_jid(jid).kind == JidKind::unknown);
        CHECK(parse_jid(jid).phone.empty());
    }
}

TEST_CASE("a number has 7 to 15 digits and no leading zero") {
    CHECK(parse_jid("1234567@c.us").phone == "+1234567");
    CHECK(parse_jid("123456789012345@c.us").phone == "+123456789012345");
    CHECK(parse_jid("123456@c.us").kind == JidKind::unknown);
    CHECK(parse_jid("1234567890123456@c.us").kind == JidKind::unknown);
    CHECK(parse_jid("0123456789@c.us").kind == JidKind::unknown);
}

TEST_CASE("whatever comes, only a person has a phone, and it is E.164") {
    rc::prop("arbitrary text before the server", [](const std::string& user) {
        const blast::Jid jid = parse_jid(user + "@s.whatsapp.net");
        RC_ASSERT((jid.kind == JidKind::person) == !jid.phone.empty());
        if (!jid.phone.empty())
            RC_ASSERT(
                jid.phone.find_first_not_of("0123456789", 1) == std::string::npos &&
                jid.phone.size() >= 8 && jid.phone.size() <= 16);
    });
}
