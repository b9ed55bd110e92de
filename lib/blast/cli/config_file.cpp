#include "blast/cli/config_file.hpp"

#include "blast/cli/nearest_word.hpp"
#include "blast/core/error.hpp"
#include "blast/core/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <toml++/toml.h>
#include <unistd.h>
#include <vector>

namespace blast {

namespace {

const std::vector<std::string>& known_keys() {
    static const std::vector<std::string> keys{"database_url",
                                               "wsapme_user_token",
                                               "wsapme_device",
                                               "wsapme_device_numbers",
                                               "wsapme_api_url",
                                               "wsapme_ca_file",
                                               "blast_timezone",
                                               "blast_region",
                                               "blast_hook_secret",
                                               "rate",
                                               "jitter",
                                               "daily_cap",
                                               "window",
                                               "concurrency",
                                               "timeout"};
    return keys;
}

/// The file's bytes and mode, both of the one file that was opened.
struct OpenedFile {
    bool exists = false;
    std::string content;
    mode_t mode = 0;
};

[[noreturn]] void cannot_read(const std::string& path, int error) {
    throw UsageError(
        fmt::format(
            "config file '{}' cannot be read: {}", printable(path),
            std::generic_category().message(error)),
        "name an existing file with --config");
}

/// Closes a descriptor at the end of a scope.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) {
            close(number_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    int number() const noexcept { return number_; }

private:
    int number_;
};

OpenedFile open_config(const std::string& path) {
    constexpr std::size_t longest = 1 << 20;
    OpenedFile file;
    // O_NONBLOCK: the open of a FIFO would wait for somebody who writes to it.
    const Descriptor descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (descriptor.number() < 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return file;
        }
        cannot_read(path, errno);
    }
    struct stat facts {};
    if (fstat(descriptor.number(), &facts) != 0) {
        cannot_read(path, errno);
    }
    if (S_ISDIR(facts.st_mode)) {
        cannot_read(path, EISDIR);
    }
    if (!S_ISREG(facts.st_mode)) {
        throw UsageError(
            fmt::format("config file '{}' is not a regular file", printable(path)),
            "name a file with --config");
    }
    file.exists = true;
    file.mode = facts.st_mode;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t length = read(descriptor.number(), buffer.data(), buffer.size());
        if (length < 0) {
            cannot_read(path, errno);
        }
        if (length == 0) {
            return file;
        }
        file.content.append(buffer.data(), static_cast<std::size_t>(length));
        if (file.content.size() > longest) {
            cannot_read(path, EFBIG);
        }
    }
}

[[noreturn]] void refuse_line(
    const std::string& path,
    std::size_t line,
    const std::string& wrong,
    const std::string& remedy) {
    throw UsageError(fmt::format("{}:{}: {}", printable(path), line, wrong), remedy);
}

std::string scalar_text(const toml::node& node) {
    if (const auto* const text = node.as_string()) {
        return text->get();
    }
    if (const auto* const number = node.as_integer()) {
        return std::to_string(number->get());
    }
    if (const auto* const number = node.as_floating_point()) {
        return fmt::format("{}", number->get());
    }
    return {};
}

std::string value_text(const std::string& path, const std::string& key, const toml::node& node) {
    const bool scalar = node.is_string() || node.is_integer() || node.is_floating_point();
    if (scalar) {
        return scalar_text(node);
    }
    const toml::array* const list = node.as_array();
    std::vector<std::string> texts;
    if (list != nullptr) {
        for (const toml::node& element : *list) {
            texts.push_back(scalar_text(element));
        }
    }
    if (texts.empty() || std::find(texts.begin(), texts.end(), "") != texts.end()) {
        refuse_line(
            path, node.source().begin.line,
            fmt::format("the value of '{}' is of a wrong kind", key),
            fmt::format("write it in quotes: {} = \"...\"", key));
    }
    return fmt::format("{}", fmt::join(texts, ","));
}

ConfigValues values_of(const std::string& path, const toml::table& table) {
    ConfigValues values;
    const std::vector<std::string>& known = known_keys();
    for (const auto& [name, node] : table) {
        const std::string key(name.str());
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            const std::string meant = nearest_word(key, known);
            refuse_line(
                path, name.source().begin.line, fmt::format("unknown key '{}'", printable(key)),
                meant.empty() ? fmt::format("the keys are {}", fmt::join(known, ", "))
                              : fmt::format("did you mean '{}'?", meant));
        }
        values[key] = value_text(path, key, node);
    }
    return values;
}

/// Whether a libpq connection string carries a password, as a URL's userinfo or as a keyword.
bool holds_password(const std::string& url) {
    const std::size_t scheme = url.find("://");
    if (scheme != std::string::npos) {
        const std::string authority =
            url.substr(scheme + 3, url.find('/', scheme + 3) - (scheme + 3));
        const std::size_t at = authority.rfind('@');
        if (at != std::string::npos && authority.find(':') < at) {
            return true;
        }
    }
    return url.find("password") != std::string::npos;
}

bool holds_secret(const ConfigValues& values) {
    const auto url = values.find("database_url");
    return values.contains("wsapme_user_token") || values.contains("blast_hook_secret") ||
           (url != values.end() && holds_password(url->second));
}

} // namespace

ConfigValues read_config_file(const std::string& path, bool must_exist) {
    const OpenedFile file = open_config(path);
    if (!file.exists) {
        if (must_exist) {
            cannot_read(path, ENOENT);
        }
        return {};
    }
    ConfigValues values;
    try {
        values = values_of(path, toml::parse(file.content, path));
    } catch (const toml::parse_error& error) {
        refuse_line(
            path, error.source().begin.line, printable(error.description()),
            "write 'key = \"value\"' a line (TOML)");
    }
    constexpr mode_t others = S_IRWXG | S_IRWXO;
    if ((file.mode & others) != 0 && holds_secret(values)) {
        throw UsageError(
            fmt::format(
                "config file '{}' holds a secret and others than its owner can read it",
                printable(path)),
            fmt::format("run: chmod 600 {}", printable(path)));
    }
    return values;
}

} // namespace blast
