#include "sim/message_book.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>

using blast::sim::Message;
using blast::sim::MessageBook;

namespace {

Message message(const std::string& id, std::string_view text) {
    Message made;
    std::copy(id.begin(), id.end(), made.id.begin());
    made.text = text;
    return made;
}

const std::string first_id = "3EB0000000000000000001";
const std::string second_id = "3EB0000000000000000002";

} // namespace

TEST_CASE("the book finds messages by id and keeps their texts and devices") {
    MessageBook book;
    book.add(message(first_id, std::string("Hi") + " Siti"), "5850");
    book.add(message(second_id, ""), std::string("5851"));
    REQUIRE(book.find(first_id) != nullptr);
    CHECK(*book.find(first_id) == 0);
    CHECK(book.at(0).text == "Hi Siti");
    CHECK(book.device_name(book.at(0).device) == "5850");
    CHECK(book.at(1).text.empty());
    CHECK(book.device_name(book.at(1).device) == "5851");
}

TEST_CASE("ids of other lengths or never given are not found") {
    MessageBook book;
    book.add(message(first_id, "Hi"), "5850");
    CHECK(book.find("") == nullptr);
    CHECK(book.find(second_id) == nullptr);
    CHECK(book.find(first_id + "0") == nullptr);
    CHECK(book.find(first_id.substr(1)) == nullptr);
}

TEST_CASE("of two messages with one id the first is found") {
    MessageBook book;
    book.add(message(first_id, "one"), "5850");
    book.add(message(first_id, "two"), "5850");
    CHECK(book.size() == 2);
    CHECK(book.at(*book.find(first_id)).text == "one");
}

TEST_CASE("texts stay readable however many follow") {
    MessageBook book;
    const std::string long_text(300'000, 'x');
    for (int i = 0; i < 20; ++i)
        book.add(message(first_id, long_text + std::to_string(i)), "5850");
    book.add(message(second_id, std::string(3'000'000, 'y')), "5850");
    for (MessageBook::Index i = 0; i < 20; ++i)
        CHECK(book.at(i).text == long_text + std::to_string(i));
    CHECK(book.at(20).text.size() == 3'000'000);
}
