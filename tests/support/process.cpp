#include "support/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace blast::test {

namespace fs = std::filesystem;
using Milliseconds = std::chrono::milliseconds;

namespace {

std::string make_folder() {
    std::string pattern = (fs::temp_directory_path() / "blast-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), "mkdtemp");
    return pattern;
}

void redirect(const std::string& path, int flags, int target) {
    const int descriptor = open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (descriptor < 0 || dup2(descriptor, target) < 0)
        _exit(127);
}

[[noreturn]] void become(
    const std::vector<std::string>& command,
    const Environment& environment,
    const std::string& folder) {
    redirect(folder + "/in", O_RDONLY, STDIN_FILENO);
    redirect(folder + "/out", O_WRONLY | O_CREAT, STDOUT_FILENO);
    redirect(folder + "/err", O_WRONLY | O_CREAT, STDERR_FILENO);
    for (const auto& [name, value] : environment) {
        if (value.empty())
            unsetenv(name.c_str()); // NOLINT(concurrency-mt-unsafe): a child has one thread
        else
            setenv(name.c_str(), value.c_str(), 1); // NOLINT(concurrency-mt-unsafe)
    }
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str())); // execv only reads it
    arguments.push_back(nullptr);
    execv(executable_path(command[0]).c_str(), arguments.data());
    _exit(127);
}

int shell_exit_code(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

std::string executable_path(const std::string& name) {
    return name.find('/') != std::string::npos ? name : std::string(BLAST_BIN_DIR) + "/" + name;
}

Process::Process(
    const std::vector<std::string>& command,
    const Environment& environment,
    const std::string& input)
    : folder_(make_folder()) {
    std::ofstream(folder_ + "/in", std::ios::binary) << input;
    pid_ = fork(); // NOLINT(cppcoreguidelines-prefer-member-initializer): the input is there first
    if (pid_ < 0)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0)
        become(command, environment, folder_);
}

Process::~Process() {
    if (running()) {
        kill(pid_, SIGKILL);
        waitpid(pid_, &status_, 0);
    }
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

void Process::signal(int number) const {
    kill(pid_, number);
}

bool Process::running() {
    if (!ended_)
        ended_ = waitpid(pid_, &status_, WNOHANG) == pid_;
    return !ended_;
}

ProcessResult Process::wait(Milliseconds limit) {
    wait_until(
        "the end of process " + std::to_string(pid_), [this] { return !running(); }, limit);
    return {shell_exit_code(status_), out(), err()};
}

std::string Process::out() const {
    return read_file(folder_ + "/out");
}

std::string Process::err() const {
    return read_file(folder_ + "/err");
}

ProcessResult
run(const std::vector<std::string>& command,
    const Environment& environment,
    const std::string& input) {
    return Process(command, environment, input).wait();
}

TemporaryFolder::TemporaryFolder() : path_(make_folder()) {}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& content) const {
    std::string path = path_ + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream content;
    content << in.rdbuf();
    return content.str();
}

void wait_until(
    const std::string& what, const std::function<bool()>& condition, Milliseconds limit) {
    constexpr int step_milliseconds = 5;
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("timed out waiting for " + what);
        poll(nullptr, 0, step_milliseconds);
    }
}

} // namespace blast::test
