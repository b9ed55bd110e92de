#include "support/catch.hpp"
#include "support/source_tree.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

using blast::test::SourceFile;
using Layers = std::set<std::string>;

constexpr std::ptrdiff_t longest_file = 500;

/// What each layer may include beside itself. The four layers around the outside world never include each other.
const std::map<std::string, Layers>& allowed_layers() {
    static const std::map<std::string, Layers> allowed = [] {
        const Layers base = {"core", "domain"};
        const Layers all = {"core", "domain", "store", "gateway", "intake", "report"};
        Layers below_cli = all;
        below_cli.insert("run");
        Layers below_apps = below_cli;
        below_apps.insert("cli");
        return std::map<std::string, Layers>{
            {"core", {}},      {"domain", {"core"}}, {"store", base}, {"gateway", base},
            {"intake", base},  {"report", base},     {"run", all},    {"cli", below_cli},
            {"sim", {"core"}}, {"apps", below_apps},
        };
    }();
    return allowed;
}

/// Foreign headers that only some layers may see, so that what speaks to the world stays replaceable.
const std::map<std::string, Layers>& header_owners() {
    static const std::map<std::string, Layers> owners = {
        {"libpq-fe.h", {"store"}},
        {"curl/curl.h", {"gateway", "sim"}},
        {"blast/sql.hpp", {"store"}},
    };
    return owners;
}

/// lib/blast/store/connection.hpp is in the layer store, apps/blast_send.cpp in apps, tests/sim/wire.hpp in sim.
std::optional<std::string> layer_of(const std::string& path) {
    static const std::regex lib_path("lib/blast/([^/]+)/.*");
    std::smatch match;
    if (std::regex_match(path, match, lib_path)) {
        return match[1].str();
    }
    if (path.starts_with("apps/")) {
        return "apps";
    }
    if (path.starts_with("tests/sim/")) {
        return "sim";
    }
    return std::nullopt;
}

std::string violation_of(const std::string& layer, const std::string& included) {
    const auto owners = header_owners().find(included);
    if (owners != header_owners().end()) {
        return owners->second.contains(layer) ? "" : "only its owner may include " + included;
    }
    const std::optional<std::string> other =
        layer_of((included.starts_with("sim/") ? "tests/" : "lib/") + included);
    if (!other || *other == layer) {
        return "";
    }
    if (!allowed_layers().contains(*other)) {
        return "there is no layer " + *other;
    }
    return allowed_layers().at(layer).contains(*other) ? ""
                                                       : layer + " must not include " + included;
}

void check_includes(
    const SourceFile& source, const std::string& layer, std::vector<std::string>& violations) {
    static const std::regex include(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"].*)");
    std::istringstream lines(source.text);
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        std::smatch match;
        if (!std::regex_match(line, match, include)) {
            continue;
        }
        const std::string violation = violation_of(layer, match[1].str());
        if (!violation.empty()) {
            violations.push_back(source.path + ":" + std::to_string(number) + ": " + violation);
        }
    }
}

/// One line for each include against the order of the layers, and for each file outside them.
std::vector<std::string> layer_violations(const std::vector<SourceFile>& sources) {
    std::vector<std::string> violations;
    for (const SourceFile& source : sources) {
        const std::optional<std::string> layer = layer_of(source.path);
        if (!layer || !allowed_layers().contains(*layer)) {
            violations.push_back(source.path + ": lies in no layer");
        } else {
            check_includes(source, *layer, violations);
        }
    }
    return violations;
}

/// One line for each file that is too long to read in one sitting.
std::vector<std::string> overlong_files(const std::vector<SourceFile>& sources) {
    std::vector<std::string> violations;
    for (const SourceFile& source : sources) {
        const auto lines = std::count(source.text.begin(), source.text.end(), '\n');
        if (lines > longest_file) {
            violations.push_back(source.path + ": " + std::to_string(lines) + " lines");
        }
    }
    return violations;
}

std::vector<std::string> violations_of(const std::string& path, const std::string& text) {
    return layer_violations({{path, text}});
}

} // namespace

TEST_CASE("every file of lib, apps and the simulator keeps to the order of the layers") {
    const std::vector<SourceFile> sources = blast::test::read_sources({"lib", "apps", "tests/sim"});
    CHECK(sources.size() > 20);
    const std::vector<std::string> none;
    CHECK(layer_violations(sources) == none);
}

TEST_CASE("an include from a higher layer is found, with its file and line") {
    CHECK(
        violations_of("lib/blast/core/clock.cpp", "\n#include \"blast/domain/phone.hpp\"\n") ==
        std::vector<std::string>{
            "lib/blast/core/clock.cpp:2: core must not include blast/domain/phone.hpp"});
    CHECK(
        violations_of("lib/blast/run/send_run.hpp", "#include <blast/cli/options.hpp>\n").size() ==
        1);
    CHECK(
        violations_of(
            "lib/blast/domain/pacing.cpp", "  #  include \"blast/store/devices.hpp\" // why\n")
            .size() == 1);
}

TEST_CASE("the layers around the outside world never include each other") {
    const std::vector<std::string> around = {"store", "gateway", "intake", "report"};
    for (const std::string& one : around) {
        for (const std::string& other : around) {
            const auto found = violations_of(
                "lib/blast/" + one + "/a.cpp", "#include \"blast/" + other + "/b.hpp\"\n");
            CHECK(found.size() == (one == other ? 0U : 1U));
        }
    }
}

TEST_CASE("the simulator knows nothing but core") {
    CHECK(violations_of("tests/sim/server.cpp", "#include \"blast/core/error.hpp\"\n").empty());
    CHECK(
        violations_of("tests/sim/server.cpp", "#include \"blast/gateway/send_answer.hpp\"\n")
            .size() == 1);
    CHECK(
        violations_of("tests/sim/server.cpp", "#include \"blast/domain/phone.hpp\"\n").size() == 1);
    CHECK(violations_of("lib/blast/run/send_run.cpp", "#include \"sim/server.hpp\"\n").size() == 1);
}

TEST_CASE("PostgreSQL and HTTP have one owner each") {
    CHECK(violations_of("lib/blast/store/connection.cpp", "#include <libpq-fe.h>\n").empty());
    CHECK(violations_of("lib/blast/run/send_run.cpp", "#include <libpq-fe.h>\n").size() == 1);
    CHECK(violations_of("lib/blast/gateway/engine.cpp", "#include <curl/curl.h>\n").empty());
    CHECK(violations_of("tests/sim/webhooks.cpp", "#include <curl/curl.h>\n").empty());
    CHECK(violations_of("apps/blast_send.cpp", "#include <curl/curl.h>\n").size() == 1);
    CHECK(violations_of("lib/blast/report/funnel.cpp", "#include \"blast/sql.hpp\"\n").size() == 1);
}

TEST_CASE("a folder that is no layer is found") {
    CHECK(violations_of("lib/blast/utils/strings.hpp", "").size() == 1);
    CHECK(
        violations_of("lib/blast/core/clock.cpp", "#include \"blast/utils/strings.hpp\"\n")
            .size() == 1);
}

TEST_CASE("a file that is too long to read in one sitting is found") {
    const std::string sitting(longest_file, '\n');
    CHECK(overlong_files({{"apps/blast_send.cpp", sitting}}).empty());
    CHECK(
        overlong_files({{"apps/blast_send.cpp", sitting + '\n'}}) ==
        std::vector<std::string>{"apps/blast_send.cpp: 501 lines"});
}

TEST_CASE(
    "tests see Catch2 through support/catch.hpp only, so that they build with its versions 2 and 3") {
    static const std::regex direct("(Catch)::|<(catch2)/"); // grouped, so as not to match this line
    std::vector<std::string> violations;
    for (const SourceFile& source : blast::test::read_sources({"tests"})) {
        if (!source.path.starts_with("tests/support/catch") &&
            std::regex_search(source.text, direct))
            violations.push_back(source.path);
    }
    CHECK(violations == std::vector<std::string>{});
}

TEST_CASE("the name of a test is one that ctest can pass on") {
    static const std::regex unfit("(TEST_CASE)(_METHOD)?\\([^\"]*\"(-|[^\"]*[;\\\\])");
    std::vector<std::string> violations;
    for (const SourceFile& source : blast::test::read_sources({"tests"})) {
        std::smatch match;
        if (std::regex_search(source.text, match, unfit))
            violations.push_back(source.path + ": " + match.str());
    }
    CHECK(violations == std::vector<std::string>{});
}
