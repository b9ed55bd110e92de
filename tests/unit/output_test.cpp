#include "blast/core/output.hpp"

#include "blast/core/error.hpp"

#include "support/catch.hpp"
#include "support/process.hpp"

#include <filesystem>
#include <sys/stat.h>

using namespace blast;
using blast::test::Contains;
using blast::test::read_file;
using blast::test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

std::size_t entries(const TemporaryFolder& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()));
}

} // namespace

TEST_CASE("a file appears whole when it is finished") {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/report.json";
    ReplacedFile file(path);
    file.write("{");
    file.write("}\n");
    CHECK_FALSE(fs::exists(path));
    file.finish();
    CHECK(read_file(path) == "{}\n");
}

TEST_CASE("a file that is not finished leaves what was there, and nothing else") {
    const TemporaryFolder folder;
    const std::string path = folder.write("report.json", "old");
    const std::size_t before = entries(folder);
    {
        ReplacedFile file(path);
        file.write("new");
    }
    CHECK(read_file(path) == "old");
    CHECK(entries(folder) == before);
}

TEST_CASE("a replaced file keeps its permissions, and a new one gets the usual") {
    const TemporaryFolder folder;
    const std::string path = folder.write("report.json", "old");
    chmod(path.c_str(), 0640);
    const std::string fresh = folder.path() + "/new.json";
    const mode_t mask = umask(022);
    for (const std::string& target : {path, fresh}) {
        ReplacedFile file(target);
        file.write("new");
        file.finish();
    }
    umask(mask);
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0640U);
    REQUIRE(stat(fresh.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0644U);
    CHECK(read_file(path) == "new");
}

TEST_CASE("what a symbolic link names is replaced, and not the link") {
    const TemporaryFolder folder;
    const std::string path = folder.write("report.json", "old");
    const std::string link = folder.path() + "/link.json";
    fs::create_symlink(path, link);
    ReplacedFile file(link);
    file.write("new");
    file.finish();
    CHECK(fs::is_symlink(link));
    CHECK(read_file(path) == "new");
}

TEST_CASE("a folder, a missing folder and a full disk are refused by name") {
    const TemporaryFolder folder;
    CHECK_THROWS_WITH(
        ReplacedFile(folder.path()), Contains(folder.path()) && Contains("directory"));
    CHECK_THROWS_AS(ReplacedFile(folder.path() + "/none/report.json"), UsageError);
    ReplacedFile full("/dev/full");
    full.write("x");
    CHECK_THROWS_WITH(full.finish(), Contains("/dev/full") && Contains("No space left"));
}
