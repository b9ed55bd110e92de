#include "blast/intake/audience.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/source_tree.hpp"

#include <set>

using blast::AudienceReader;
using blast::Recipient;
using blast::test::Contains;

TEST_CASE("the example's 250 recipients are valid, distinct and get the example's message") {
    const std::string folder = blast::test::source_dir() + "/examples/";
    std::vector<blast::MessageTemplate> messages;
    messages.emplace_back(blast::test::read_file(folder + "message.txt"), "message.txt");
    const blast::PhoneParser malaysia("MY");
    blast::AudienceSettings settings;
    settings.csv_path = folder + "recipients.csv";
    AudienceReader reader(settings, malaysia, messages);
    std::set<std::string> phones;
    Recipient recipient;
    while (reader.next(recipient)) {
        phones.insert(recipient.phone);
        const blast::Variables variables = blast::variables_from_json(recipient.variables_json);
        CHECK_THAT(messages[0].render(variables), Contains("hi " + variables[0].second));
    }
    CHECK(reader.valid_rows() == 250);
    CHECK(phones.size() == 250);
}
