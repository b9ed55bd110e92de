#pragma once

#include <string>
#include <vector>

namespace blast::test {

/// A file of this project, its path relative to the root of the checkout: `lib/blast/core/error.hpp`.
struct SourceFile {
    std::string path;
    std::string text;
};

/// The root of the checkout that the tests were built from.
std::string source_dir();

/// Every .hpp and .cpp file below these folders, each given relative to the root, sorted by path.
std::vector<SourceFile> read_sources(const std::vector<std::string>& folders);

} // namespace blast::test
