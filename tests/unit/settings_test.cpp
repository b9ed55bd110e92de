#include "blast/cli/settings.hpp"

#include "blast/cli/command_line.hpp"
#include "blast/cli/invocation.hpp"
#include "blast/cli/required_settings.hpp"
#include "blast/core/error.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"

#include <sys/stat.h>

using namespace blast;
using blast::test::Contains;

namespace {

const HelpText help{"Do a thing.", "  blast-test", ""};

/// A home folder with a config file of its own.
class Home {
public:
    explicit Home(const std::string& config, mode_t mode = 0600) {
        if (!config.empty()) {
            mkdir((folder_.path() + "/.config").c_str(), 0700);
            mkdir((folder_.path() + "/.config/blast").c_str(), 0700);
            chmod(folder_.write(".config/blast/blast.toml", config).c_str(), mode);
        }
        invocation.tool = "blast-test";
        invocation.environment["HOME"] = folder_.path();
    }

    Settings settings(const std::vector<std::string>& arguments = {}) {
        invocation.arguments = arguments;
        return CommandLine(invocation, help, {OutputFormat::table, OutputFormat::json}).parse();
    }

    std::string refusal(const std::vector<std::string>& arguments = {}) {
        try {
            settings(arguments);
        } catch (const UsageError& error) {
            return error.what();
        }
        return "(accepted)";
    }

    std::string path() const { return folder_.path(); }

    Invocation invocation;

private:
    test::TemporaryFolder folder_;
};

} // namespace

TEST_CASE("Without anything said, settings have their defaults") {
    const Settings settings = Home("").settings();
    CHECK(settings.database_url.empty());
    CHECK(settings.token.empty());
    CHECK(settings.devices.empty());
    CHECK(settings.api_url == "https://api.wsapme.com");
    CHECK(settings.region == "MY");
    CHECK(settings.timezone.name() == TimeZone().name());
    CHECK(settings.format == OutputFormat::table);
    CHECK(settings.flag_defaults.empty());
}

TEST_CASE("A flag precedes the environment, which precedes the config file") {
    Home home(
        "blast_region = \"DE\"\nblast_timezone = \"Asia/Tokyo\"\nwsapme_api_url = \"https://c.example\"\n");
    CHECK(home.settings().region == "DE");
    CHECK(home.settings().timezone.name() == "Asia/Tokyo");
    CHECK(home.settings().api_url == "https://c.example");

    home.invocation.environment["BLAST_REGION"] = "sg";
    home.invocation.environment["BLAST_TIMEZONE"] = "Europe/Berlin";
    home.invocation.environment["WSAPME_API_URL"] = "https://e.example";
    CHECK(home.settings().region == "SG");
    CHECK(home.settings().timezone.name() == "Europe/Berlin");
    CHECK(home.settings().api_url == "https://e.example");

    const Settings flags = home.settings(
        {"--region", "ID", "--timezone", "America/New_York", "--api-url", "https://f.example"});
    CHECK(flags.region == "ID");
    CHECK(flags.timezone.name() == "America/New_York");
    CHECK(flags.api_url == "https://f.example");
}

TEST_CASE("The default config file stands below XDG_CONFIG_HOME where that is set") {
    Home home("blast_region = \"DE\"\n");
    Home other("blast_region = \"FR\"\n");
    home.invocation.environment["XDG_CONFIG_HOME"] = other.path() + "/.config";
    CHECK(home.settings().region == "FR");
    home.invocation.environment["XDG_CONFIG_HOME"] = "relative";
    CHECK(home.settings().region == "DE");
}

TEST_CASE("A config file that --config names must exist, the default one need not") {
    Home home("");
    CHECK_THAT(
        home.refusal({"--config", "/no/such.toml"}),
        Contains("/no/such.toml") && Contains("cannot be read"));
    CHECK_THAT(home.refusal({"--config", home.path()}), Contains("directory"));
}

TEST_CASE("Values in a config file may hold what TOML lets them hold") {
    Home home("# settings\n"
              "database_url = \"postgresql://u:p#1@h/d?a=b\" # a comment\n"
              "wsapme_user_token = 'to#ken'\n"
              "wsapme_device = [\"5850\", 5851]\n"
              "jitter = 20\n"
              "rate = \"2/s\"\n");
    const Settings settings = home.settings();
    CHECK(settings.database_url == "postgresql://u:p#1@h/d?a=b");
    CHECK(settings.token == "to#ken");
    CHECK(settings.devices == std::vector<std::string>{"5850", "5851"});
    CHECK(
        settings.flag_defaults ==
        std::map<std::string, std::string>{{"jitter", "20"}, {"rate", "2/s"}});
}

TEST_CASE("What is wrong in a config file is told with file and line") {
    CHECK_THAT(
        Home("\nblast_regoin = \"MY\"\n").refusal(),
        Contains("blast.toml:2: unknown key 'blast_regoin': did you mean 'blast_region'?"));
    CHECK_THAT(Home("\n\nfoo bar\n").refusal(), Contains("blast.toml:3: "));
    CHECK_THAT(Home("rate = \"1/s\"\nrate = \"2/s\"\n").refusal(), Contains("blast.toml:2: "));
    CHECK_THAT(Home("[section]\nrate = 1\n").refusal(), Contains("unknown key 'section'"));
    CHECK_THAT(
        Home("blast_region = true\n").refusal(),
        Contains("blast.toml:1: the value of 'blast_region'"));
    CHECK_THAT(Home("blast_region = [1.5, true]\n").refusal(), Contains("wrong kind"));
}

TEST_CASE("A config file with a secret is refused when others can read it") {
    for (const char* const secret :
         {"wsapme_user_token = \"t\"\n", "blast_hook_secret = \"s\"\n",
          "database_url = \"postgresql://me:open-sesame@h/d\"\n",
          "database_url = \"host=h password=open-sesame\"\n"}) {
        CAPTURE(secret);
        CHECK_THAT(Home(secret, 0644).refusal(), Contains("chmod 600") && !Contains("open-sesame"));
        CHECK_THAT(Home(secret, 0640).refusal(), Contains("chmod 600"));
        CHECK(Home(secret, 0600).refusal() == "(accepted)");
    }
    CHECK(
        Home("database_url = \"postgresql://me@h/d\"\nrate = \"1/s\"\n", 0644).refusal() ==
        "(accepted)");
}

TEST_CASE("Devices are separated by commas, trimmed, and kept once") {
    CHECK(
        parse_devices(" 5850 ,5851,5850", "--device") == std::vector<std::string>{"5850", "5851"});
    CHECK_THROWS_AS(parse_devices("", "--device"), UsageError);
    CHECK_THROWS_AS(parse_devices("5850,,5851", "--device"), UsageError);
    CHECK_THROWS_AS(parse_devices("58 50", "--device"), UsageError);
}

TEST_CASE("A device's own number is written behind its id") {
    Home home("wsapme_device_numbers = \"5850=+60123456789, 5851 = +60111222333\"\n");
    CHECK(
        home.settings().device_numbers ==
        std::map<std::string, std::string>{{"5850", "+60123456789"}, {"5851", "+60111222333"}});
    home.invocation.environment["WSAPME_DEVICE_NUMBERS"] = "5850";
    CHECK_THAT(home.refusal(), Contains("WSAPME_DEVICE_NUMBERS: '5850'"));
}

TEST_CASE("Bad values name their flag, variable or key, and what to do") {
    Home home("");
    CHECK_THAT(
        home.refusal({"--format", "xml"}), Contains("--format: 'xml'") && Contains("table, json"));
    CHECK_THAT(home.refusal({"--log-format", "xml"}), Contains("--log-format: 'xml'"));
    CHECK_THAT(home.refusal({"--region", "Malaysia"}), Contains("--region: 'Malaysia'"));
    CHECK_THAT(
        home.refusal({"--timezone", "Mars/Olympus"}),
        Contains("'Mars/Olympus' is not a time zone"));
    CHECK_THAT(home.refusal({"--quiet", "--verbose"}), Contains("--quiet and --verbose"));
    home.invocation.environment["BLAST_REGION"] = "M1";
    CHECK_THAT(home.refusal(), Contains("BLAST_REGION: 'M1'"));
}

TEST_CASE("Flags are never guessed, but the nearest one is proposed") {
    Home home("");
    CHECK_THAT(
        home.refusal({"--formta", "json"}),
        Contains("unknown flag '--formta': did you mean '--format'?"));
    CHECK_THAT(home.refusal({"--form", "json"}), Contains("unknown flag '--form'"));
    CHECK_THAT(home.refusal({"--token", "x"}), Contains("unknown flag '--token'"));
    CHECK_THAT(
        home.refusal({"--zzzzzzzzz=x"}),
        Contains("unknown flag '--zzzzzzzzz'") && Contains("--help"));
    CHECK_THAT(home.refusal({"word"}), Contains("unexpected argument 'word'"));
    CHECK_THAT(home.refusal({"--format"}), Contains("--format needs a value"));
    CHECK_THAT(
        home.refusal({"--format", "json", "--format", "json"}),
        Contains("--format is given more often"));
}

TEST_CASE("Help and version are texts for standard output, and help fits 80 columns") {
    Home home("");
    home.invocation.arguments = {"--version"};
    CommandLine version(home.invocation, help, {OutputFormat::table});
    CHECK_THROWS_WITH(version.parse(), "blast-test 1.0.0\n");
    home.invocation.arguments = {"--help"};
    CommandLine line(home.invocation, help, {OutputFormat::table, OutputFormat::json});
    try {
        line.parse();
        FAIL("--help was not answered");
    } catch (const TextRequested& text) {
        std::istringstream lines(text.what());
        for (std::string shown; std::getline(lines, shown);) {
            CAPTURE(shown);
            CHECK(shown.size() <= 80);
        }
        CHECK_THAT(
            text.what(), Contains("Usage:\n  blast-test\n") && Contains("--format table|json"));
    }
}

TEST_CASE("A setting that a tool needs is asked for with advice") {
    Settings settings;
    CHECK_THROWS_WITH(
        require_database_url(settings), Contains("DATABASE_URL is not set: set it to"));
    CHECK_THROWS_WITH(require_gateway(settings, 8), Contains("WSAPME_USER_TOKEN is not set"));
    CHECK_THROWS_WITH(require_devices(settings), Contains("--device"));
    CHECK_THROWS_WITH(require_hook_secret(settings), Contains("BLAST_HOOK_SECRET is not set"));
    settings.hook_secret = std::string(31, 'a');
    CHECK_THROWS_AS(require_hook_secret(settings), UsageError);
    settings.hook_secret = std::string(32, '/');
    CHECK_THROWS_AS(require_hook_secret(settings), UsageError);
    settings.hook_secret = std::string(32, 'a');
    CHECK(require_hook_secret(settings) == settings.hook_secret);
}

TEST_CASE("The token and the gateway's address are checked before anything is sent") {
    Settings settings;
    settings.token = "a\nb";
    CHECK_THROWS_WITH(require_gateway(settings, 8), Contains("WSAPME_USER_TOKEN holds"));
    settings.token = "secret";
    settings.api_url = "http://api.wsapme.com";
    CHECK_THROWS_WITH(require_gateway(settings, 8), Contains("not https") && !Contains("secret"));
    for (const char* const loopback :
         {"http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9"}) {
        settings.api_url = loopback;
        CHECK(require_gateway(settings, 8).url == loopback);
    }
    CHECK(require_gateway(settings, 3).concurrency == 3);
}
