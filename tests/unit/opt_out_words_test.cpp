#include "blast/domain/opt_out_words.hpp"

#include "blast/core/error.hpp"

#include "support/catch.hpp"

#include <fmt/format.h>

#include <rapidcheck/catch.h>

using blast::OptOutWords;

TEST_CASE("every built-in word opts out, in any case") {
    const OptOutWords words;
    for (const std::string_view word : OptOutWords::built_in()) {
        std::string lower(word);
        for (char& c : lower)
            c = static_cast<char>(std::tolower(c));
        INFO(word);
        CHECK(words.matches(word));
        CHECK(words.matches(lower));
    }
}

TEST_CASE("the words of the field's standard and of Malay speakers are built in") {
    const OptOutWords words;
    for (const char* word :
         {"STOP", "BERHENTI", "UNSUBSCRIBE", "TAK NAK", "TAKNAK", "BATAL", "HENTI", "CANCEL",
          "REMOVE", "OPT OUT", "OPTOUT", "END", "QUIT", "STOP ALL", "STOPALL", "JANGAN HANTAR"}) {
        INFO(word);
        CHECK(words.matches(word));
    }
}

TEST_CASE("punctuation, blanks and emoji around and between words do not count") {
    const OptOutWords words;
    for (const char* message :
         {"STOP!", " berhenti. ", "\"Stop\"", "stop 🙏", "🛑 STOP 🛑", "STOP\n", "Opt-out",
          "opt_out", "tak  nak", "Tak\xC2\xA0nak!!", "*STOP*", "ＳＴＯＰ", "stop\xE2\x80\x8B",
          "stop ☹️"}) {
        INFO(message);
        CHECK(words.matches(message));
    }
}

TEST_CASE("zero-width characters do not count, within a word or between two") {
    const OptOutWords words;
    for (const char* unseen :
         {"\u200B", "\u200C", "\u200D", "\u200E", "\u2060", "\uFEFF", "\u00AD", "\u200F"}) {
        const auto with = [unseen](const char* text) {
            return fmt::format(fmt::runtime(text), unseen);
        };
        INFO(with("'{}'"));
        CHECK(words.matches(with("S{0}T{0}OP")));
        CHECK(words.matches(with("{0}stop{0}")));
        CHECK(words.matches(with("jangan{}hantar")));
        CHECK(words.matches(with("jangan {0}han{0}tar")));
        CHECK_FALSE(words.matches(with("stop{}per")));
    }
    CHECK(OptOutWords({"tidak\u200B berminat"}).matches("tidak berminat"));
}

TEST_CASE("only the message as a whole counts") {
    const OptOutWords words;
    for (const char* message :
         {"", " ", "!!!", "🙏", "don't stop", "please stop by tomorrow", "when does it end?",
          "stopper", "no", "tidak", "bila promo berhenti?", "batalkan tempahan saya", "s t o p",
          "停止"}) {
        INFO(message);
        CHECK_FALSE(words.matches(message));
    }
}

TEST_CASE("extra words are taken as the built-in ones are, in any script") {
    const OptOutWords words({"Tidak berminat", "退订", "ARRÊT"});
    CHECK(words.matches("TIDAK BERMINAT!"));
    CHECK(words.matches("退订。"));
    CHECK(words.matches("arrêt"));
    CHECK(words.matches("stop"));
    CHECK_FALSE(words.matches("退"));
}

TEST_CASE("an extra word that nothing could match is refused") {
    CHECK_THROWS_AS(OptOutWords({"!!!"}), blast::UsageError);
    CHECK_THROWS_AS(OptOutWords({""}), blast::UsageError);
}

TEST_CASE("a hostile message does no harm") {
    const OptOutWords words;
    CHECK_FALSE(words.matches(std::string(1'000'000, '!') + "stop"));
    rc::prop("any bytes are read", [&words](const std::string& message) {
        (void)words.matches(message);
        RC_ASSERT(words.matches("\xFF\xFE stop " + std::string(message.size() % 50, '\x80')));
    });
}
