#include "blast/domain/recipient_columns.hpp"

#include "blast/domain/column_name.hpp"

#include "support/catch.hpp"

using namespace blast;

namespace {

using Names = std::vector<std::string>;

StuckRecipient person(const std::string& phone, const std::string& variables) {
    StuckRecipient recipient;
    recipient.phone = phone;
    recipient.variables = variables;
    return recipient;
}

RecipientColumns columns_of(
    const std::vector<StuckRecipient>& people, const std::vector<std::string_view>& added = {}) {
    std::vector<const StuckRecipient*> sample;
    sample.reserve(people.size());
    for (const StuckRecipient& recipient : people) {
        sample.push_back(&recipient);
    }
    return {sample, added};
}

} // namespace

TEST_CASE("the phone comes first, then the recipients' own columns, then what is added") {
    const StuckRecipient aminah = person("+60123456789", R"({"name":"Aminah","city":"KL"})");
    const RecipientColumns columns = columns_of({aminah}, {"status"});
    CHECK(columns.names() == Names{"phone", "name", "city", "status"});
    CHECK(columns.own() == 2);
    CHECK(columns.leading_cells(aminah) == Names{"+60123456789", "Aminah", "KL"});
}

TEST_CASE("the column that held the phone is left out, however it was spelled") {
    for (const char* const spelling :
         {"012-345 6789", "+60 12 345 6789", "60123456789", "+60 (0)12-3456789", "0060123456789"}) {
        const std::string own = std::string(R"({"No_HP":")") + spelling + R"(","name":"A"})";
        CHECK(columns_of({person("+60123456789", own)}).names() == Names{"phone", "name"});
    }
}

TEST_CASE("a column with a phone's name and another number stays") {
    CHECK(
        columns_of({person("+60123456789", R"({"tel":"03-2222 1111","WA":"0123456789"})")})
            .names() == Names{"phone", "tel", "WA"});
    const StuckRecipient both =
        person("+60123456789", R"({"Phone":"03-2222 1111","mobile":"0123456789"})");
    const RecipientColumns columns = columns_of({both});
    CHECK(columns.names() == Names{"phone", "phone_2"});
    CHECK(columns.leading_cells(both) == Names{"+60123456789", "03-2222 1111"});
}

TEST_CASE("of a few spellings that nobody understands, most decide") {
    CHECK(
        columns_of({person("+60123456789", R"({"phone":"012-3456789"})"),
                    person("+60123456780", R"({"phone":"0123456780"})"),
                    person("+60123456781", R"({"phone":"?"})")})
            .names() == Names{"phone"});
}

TEST_CASE("an added column yields to an own one of its name") {
    CHECK(
        columns_of(
            {person("+60123456789", R"({"Status":"VIP","blast_status":"x"})")},
            {"status", "device"})
            .names() == Names{"phone", "Status", "blast_status", "blast_status_2", "device"});
}

TEST_CASE("no two columns have one name, so that blast-send takes the list") {
    const RecipientColumns columns = columns_of(
        {person("+60123456789", R"({"sent at":"x","PHONE":"1","no hp":"0123456789"})")},
        {"status", "sent_at", "device", "reason"});
    CHECK_NOTHROW(usable_columns(columns.names(), "list:1"));
    CHECK(find_phone_column(columns.names(), "", "list:1") == 0);
}

TEST_CASE("a value that someone has not is empty, and one of nobody's columns is left out") {
    const StuckRecipient aminah = person("+60123456789", R"({"name":"Aminah","city":"KL"})");
    const RecipientColumns columns = columns_of({aminah});
    CHECK(
        columns.leading_cells(person("+60120000000", R"({"city":"Ipoh","pet":"cat"})")) ==
        Names{"+60120000000", "", "Ipoh"});
    CHECK(columns.leading_cells(person("", "{}")) == Names{"", "", ""});
}

TEST_CASE("a list of nobody has the phone and what is added") {
    CHECK(columns_of({}, {"status"}).names() == Names{"phone", "status"});
}
