#include "support/catch.hpp"
#include "support/process.hpp"
#include "support/source_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

using blast::test::Contains;
using blast::test::ProcessResult;
using blast::test::run;
using blast::test::source_dir;
using Flags = std::set<std::string>;

/// The executables that are installed: apps/blast_send.cpp is blast-send.
std::vector<std::string> tools() {
    std::vector<std::string> names;
    for (const blast::test::SourceFile& source : blast::test::read_sources({"apps"})) {
        std::string name = std::filesystem::path(source.path).stem().string();
        std::replace(name.begin(), name.end(), '_', '-');
        names.push_back(name);
    }
    return names;
}

Flags flags_matching(const std::string& text, const std::regex& pattern) {
    Flags flags;
    for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
        flags.insert((*it)[1]);
    }
    return flags;
}

/// The flags that a page describes: `.It Fl -csv Ar FILE` is --csv.
Flags documented_flags(const std::string& page) {
    static const std::regex item(R"((?:^|\n)\.It (?:Fl [a-z] , )?Fl -([a-z][a-z-]*))");
    return flags_matching(page, item);
}

std::string help_of(const std::vector<std::string>& command) {
    std::vector<std::string> arguments = command;
    arguments.emplace_back("--help");
    const ProcessResult result = run(arguments);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result.out;
}

/// The flags of a tool and, below it, of its commands ("migrate", "opt-out add").
Flags helped_flags(const std::vector<std::string>& command) {
    static const std::regex flag(R"(\n  (?:-[a-z], ?)?--([a-z][a-z-]*))");
    static const std::regex commands_section(R"(\nCommands:\n((?:  .*\n)+))");
    static const std::regex command_name(R"((?:^|\n)  ([a-z][a-z-]*) )");
    const std::string help = help_of(command);
    Flags flags = flags_matching(help, flag);
    std::smatch section;
    if (std::regex_search(help, section, commands_section)) {
        for (const std::string& name : flags_matching(section[1], command_name)) {
            std::vector<std::string> below = command;
            below.push_back(name);
            flags.merge(helped_flags(below));
        }
    }
    return flags;
}

Flags without(const Flags& flags, const Flags& removed) {
    Flags left;
    std::set_difference(
        flags.begin(), flags.end(), removed.begin(), removed.end(),
        std::inserter(left, left.end()));
    return left;
}

std::string page_of(const std::string& name) {
    return blast::test::read_file(source_dir() + "/docs/man/" + name);
}

} // namespace

TEST_CASE("each flag of a tool's help is in its man page, and no other") {
    const Flags none;
    const Flags shared = documented_flags(page_of("blast.7"));
    REQUIRE(shared.contains("config"));
    std::vector<std::string> explained = tools();
    explained.emplace_back("wsapme-sim");
    for (const std::string& tool : explained) {
        INFO(tool);
        const Flags helped = helped_flags({tool});
        const Flags documented = documented_flags(page_of(tool + ".1"));
        CHECK(helped.size() > 3);
        CHECK(without(without(helped, documented), shared) == none);
        CHECK(without(documented, helped) == none);
    }
}

TEST_CASE("what all tools share is explained once, and true of all of them") {
    const Flags none;
    const Flags shared = documented_flags(page_of("blast.7"));
    for (const std::string& tool : tools()) {
        INFO(tool);
        CHECK(without(shared, helped_flags({tool})) == none);
    }
}

TEST_CASE("each exit status and each setting of the manual is in the shared page") {
    const std::string page = page_of("blast.7");
    for (const char* status : {".It 0\n", ".It 1\n", ".It 2\n", ".It 3\n", ".It 4\n"}) {
        CHECK_THAT(page, Contains(status));
    }
    const std::regex variable(R"("((?:BLAST|WSAPME|DATABASE)_[A-Z_]+)\")");
    for (const blast::test::SourceFile& source : blast::test::read_sources({"lib/blast/cli"})) {
        for (const std::string& name : flags_matching(source.text, variable)) {
            INFO(name << " in " << source.path);
            CHECK_THAT(page, Contains(name));
        }
    }
}
