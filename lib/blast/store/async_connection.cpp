#include "blast/store/async_connection.hpp"

#include "blast/sql.hpp"
#include "blast/store/pipeline.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <sys/eventfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace blast {

namespace {

constexpr std::chrono::milliseconds first_gap{100};
constexpr std::chrono::milliseconds longest_gap{5'000};
constexpr std::chrono::seconds connect_limit{15};

} // namespace

/// The beginning of a connection, on a thread of its own: libpq looks names up in it, and sits there for half a minute
/// when no resolver answers. Whoever does not want to wait any more lets go of it; the thread then closes what it got.
/// (Of several hosts in the string, libpq looks up the next one when the one before cannot be reached: on the loop, but a
/// resolver has answered just then.)
class AsyncConnection::ConnectionStart {
public:
    ConnectionStart() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (descriptor_ < 0) {
            throw std::system_error(errno, std::generic_category(), "eventfd");
        }
    }
    ~ConnectionStart() { close(descriptor_); }
    ConnectionStart(const ConnectionStart&) = delete;
    ConnectionStart& operator=(const ConnectionStart&) = delete;
    ConnectionStart(ConnectionStart&&) = delete;
    ConnectionStart& operator=(ConnectionStart&&) = delete;

    static std::shared_ptr<ConnectionStart> begin(const std::string& url) {
        auto start = std::make_shared<ConnectionStart>();
        std::thread([start, url] { start->run(url); }).detach();
        return start;
    }

    /// Readable once there is something to take.
    int descriptor() const noexcept { return descriptor_; }
    std::unique_ptr<pg_conn, Close> take() {
        const std::lock_guard lock(mutex_);
        return std::move(connection_);
    }

private:
    void run(const std::string& url) {
        const ConnectionKeywords keywords = connection_keywords(url);
        std::unique_ptr<pg_conn, Close> started(
            PQconnectStartParams(keywords.keywords.data(), keywords.values.data(), 1));
        const std::lock_guard lock(mutex_);
        connection_ = std::move(started);
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof one);
    }

    int descriptor_;
    std::mutex mutex_;
    std::unique_ptr<pg_conn, Close> connection_;
};

void AsyncConnection::Close::operator()(pg_conn* connection) const noexcept {
    PQfinish(connection);
}

AsyncConnection::AsyncConnection(
    EventLoop& loop,
    std::string url,
    Random& random,
    Handlers handlers,
    std::chrono::seconds answer_limit)
    : loop_(loop),
      url_(std::move(url)),
      random_(random),
      backoff_(first_gap, longest_gap),
      handlers_(std::move(handlers)),
      answer_limit_(answer_limit),
      away_since_(BootClock::now()) {
    connect();
}

AsyncConnection::~AsyncConnection() {
    loop_.cancel(timer_);
    loop_.unwatch(watched_);
}

void AsyncConnection::connect() {
    state_ = State::connecting;
    timer_ = loop_.schedule(BootClock::now() + connect_limit, [this] { lose("timeout expired"); });
    try {
        start_ = ConnectionStart::begin(url_);
    } catch (const std::system_error& error) { // no thread or no descriptor is left
        lose(error.what());
        return;
    }
    watched_ = start_->descriptor();
    loop_.watch(watched_, {true, false}, [this](Readiness) { on_started(); });
}

void AsyncConnection::on_started() {
    loop_.unwatch(watched_);
    connection_ = start_->take();
    start_.reset();
    watched_ = -1;
    if (connection_ == nullptr || PQstatus(connection_.get()) == CONNECTION_BAD) {
        lose(connection_failure(connection_.get()));
        return;
    }
    watched_ = PQsocket(connection_.get());
    loop_.watch(watched_, {false, true}, [this](Readiness) { continue_connecting(); });
}

void AsyncConnection::continue_connecting() {
    const PostgresPollingStatusType status = PQconnectPoll(connection_.get());
    // libpq may have closed the socket and opened another (next address, TLS refused): epoll forgets a closed one, and
    // the new one may have the same number.
    loop_.unwatch(watched_);
    watched_ = PQsocket(connection_.get());
    if (status == PGRES_POLLING_FAILED) {
        lose(connection_failure(connection_.get()));
        return;
    }
    if (status == PGRES_POLLING_OK) {
        silence_notices(connection_.get());
        PQsetnonblocking(connection_.get(), 1);
        pooler_looked_for_ = false;
        prepared_.reset();
        become_idle();
        return;
    }
    const Readiness interest{status == PGRES_POLLING_READING, status == PGRES_POLLING_WRITING};
    loop_.watch(watched_, interest, [this](Readiness) { continue_connecting(); });
}

void AsyncConnection::become_idle() {
    loop_.cancel(timer_);
    timer_ = 0;
    state_ = State::idle;
    away_since_.reset();
    backoff_.reset();
    loop_.watch(watched_, {true, false}, [this](Readiness) { on_ready(); });
    handlers_.on_idle();
}

void AsyncConnection::submit(
    std::vector<Statement> statements, std::function<void(PipelineOutcome)> on_end) {
    if (!pooler_looked_for_) {
        statements.push_back({sql::backend_pid});
    }
    state_ = State::busy;
    group_ = std::move(statements);
    on_end_ = std::move(on_end);
    retries_ = {};
    send(group_, {});
}

void AsyncConnection::send(const std::vector<Statement>& statements, const TransactionPart& part) {
    loop_.cancel(timer_);
    timer_ = loop_.schedule(BootClock::now() + answer_limit_, [this] {
        lose(fmt::format("no answer in {} s", answer_limit_.count()));
    });
    answers_ = std::make_unique<PipelineAnswers>(PipelineQuestions());
    try {
        answers_ = std::make_unique<PipelineAnswers>(
            send_pipeline(connection_.get(), statements, part, prepared_ ? &*prepared_ : nullptr));
        flush_and_watch();
    } catch (const DatabaseError&) {
        // Reported from the loop, as every end of a group is: the socket of a broken connection is readable.
        loop_.cancel(timer_);
        timer_ = loop_.schedule(
            BootClock::now(), [this] { lose(connection_failure(connection_.get())); });
    }
}

void AsyncConnection::flush_and_watch() {
    const int left = PQflush(connection_.get());
    if (left < 0) {
        throw DatabaseError(connection_failure(connection_.get()), "", true);
    }
    loop_.watch(watched_, {true, left == 1}, [this](Readiness) { on_ready(); });
}

void AsyncConnection::on_ready() {
    try {
        if (PQconsumeInput(connection_.get()) != 1) {
            throw DatabaseError(connection_failure(connection_.get()), "", true);
        }
        if (state_ != State::busy || answers_ == nullptr) {
            return; // a notice or a parameter change, also while the next try of a group is waited for
        }
        flush_and_watch();
        if (!answers_->advance(connection_.get())) {
            return;
        }
    } catch (const DatabaseError& error) {
        lose(error.what());
        return;
    }
    failure_ ? on_rolled_back() : on_answered();
}

void AsyncConnection::on_answered() {
    PipelineOutcome outcome;
    try {
        outcome.results = answers_->take();
        look_for_pooler(outcome.results);
    } catch (const DatabaseError& error) {
        failure_ = error;
        prepared_.reset(); // what the group was to prepare may or may not be
        send({{"ROLLBACK"}}, {false, false});
        return;
    }
    end_group(std::move(outcome));
}

void AsyncConnection::on_rolled_back() {
    const DatabaseError failure = *std::exchange(failure_, std::nullopt);
    if (const auto gap = retries_.gap_after(failure, random_)) {
        answers_.reset();
        loop_.cancel(timer_);
        timer_ = loop_.schedule(BootClock::now() + *gap, [this] { send(group_, {}); });
        return;
    }
    end_group({{}, failure});
}

/// The first group on a connection asks which process answers: only where it is the one that shook hands, statements may
/// be prepared.
void AsyncConnection::look_for_pooler(Results& results) {
    if (std::exchange(pooler_looked_for_, true)) {
        return;
    }
    if (results.back().integer(0, "pg_backend_pid") == PQbackendPID(connection_.get())) {
        prepared_.emplace();
    }
    results.pop_back();
}

void AsyncConnection::end_group(PipelineOutcome outcome) {
    loop_.cancel(timer_);
    timer_ = 0;
    state_ = State::idle;
    const auto on_end = std::move(on_end_);
    on_end_ = nullptr;
    on_end(std::move(outcome));
    if (state_ == State::idle) {
        handlers_.on_idle();
    }
}

void AsyncConnection::lose(const std::string& why) {
    loop_.cancel(timer_);
    loop_.unwatch(watched_);
    watched_ = -1;
    start_.reset();
    failure_.reset();
    last_failure_ = why;
    if (!away_since_) {
        away_since_ = BootClock::now();
    }
    connection_.reset();
    const bool was_busy = state_ == State::busy;
    const bool was_idle = state_ == State::idle;
    state_ = State::waiting;
    timer_ = loop_.schedule(BootClock::now() + backoff_.next(random_), [this] { connect(); });
    if (was_idle) {
        handlers_.on_away();
    }
    if (!was_busy) {
        return;
    }
    const auto on_end = std::move(on_end_);
    on_end_ = nullptr;
    on_end({{}, DatabaseError(why, "", true)});
}

} // namespace blast
