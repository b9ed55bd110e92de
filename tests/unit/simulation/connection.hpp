#pragma once

#include "unit/simulation/world.hpp"

#include <functional>
#include <memory>

namespace blast::simulation {

/// A process as its connections know it: it handles nothing while it is suspended, and nothing more once it is dead.
class Process {
public:
    Process() = default;
    virtual ~Process() = default;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    Process(Process&&) = delete;
    Process& operator=(Process&&) = delete;

    virtual std::size_t host() const = 0;
    virtual void when_awake(std::function<void()> action) = 0;
};

/// How one exchange with the database ended, as the client sees it.
enum class Ending { answered, rejected, lost };

struct Exchange {
    bool may_be_rejected = false;
    /// Runs at the server; `late`: after the client was told that it is lost.
    std::function<void(bool late)> run;
    std::function<void(Ending)> ended;
};

/// One connection of a process to the database. An exchange can come through, be rejected, never arrive, run without
/// its answer, or run long after the client has given it up.
class Connection {
public:
    Connection(
        World& world,
        Process& process,
        std::function<void()> on_ready,
        std::function<void()> on_away)
        : world_(world),
          process_(process),
          on_ready_(std::move(on_ready)),
          on_away_(std::move(on_away)) {}

    void open() { connect_after(world_.database_delay()); }
    void exchange(Exchange exchange);
    /// The server, or the way to it, is gone.
    void cut();

private:
    enum class Fate { through, rejected, never, unanswered, late };
    struct UnderWay {
        Exchange exchange;
        Fate fate = Fate::through;
        bool ran = false;
    };

    Fate draw_fate(bool may_be_rejected);
    bool whole() const { return cuts_ == cuts_before_; }
    void arrive(const std::shared_ptr<UnderWay>& under_way);
    void come_back(const std::shared_ptr<UnderWay>& under_way);
    void connect_after(Instant::duration delay);
    void try_to_connect();

    World& world_;
    Process& process_;
    std::function<void()> on_ready_;
    std::function<void()> on_away_;
    bool connected_ = false;
    bool busy_ = false;
    unsigned cuts_ = 0;
    unsigned cuts_before_ = 0; ///< when it was made
    Instant::duration gap_ = std::chrono::milliseconds(50);
};

} // namespace blast::simulation
