#include "support/source_tree.hpp"

#include "support/process.hpp"

#include <algorithm>
#include <filesystem>

namespace blast::test {

namespace fs = std::filesystem;

std::string source_dir() {
    return BLAST_SOURCE_DIR;
}

std::vector<SourceFile> read_sources(const std::vector<std::string>& folders) {
    const fs::path root = source_dir();
    std::vector<SourceFile> sources;
    for (const std::string& folder : folders) {
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
            const fs::path& path = entry.path();
            if (path.extension() == ".hpp" || path.extension() == ".cpp")
                sources.push_back(
                    {path.lexically_relative(root).string(), read_file(path.string())});
        }
    }
    std::sort(sources.begin(), sources.end(), [](const SourceFile& a, const SourceFile& b) {
        return a.path < b.path;
    });
    return sources;
}

} // namespace blast::test
