#include "blast/core/event_loop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>

namespace blast {

namespace {

std::uint32_t epoll_events(Readiness interest) {
    return (interest.readable ? EPOLLIN : 0U) | (interest.writable ? EPOLLOUT : 0U);
}

[[noreturn]] void throw_errno(const char* call) {
    throw std::system_error(errno, std::generic_category(), call);
}

} // namespace

EventLoop::EventLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), now_(BootClock::now()) {
    if (epoll_ < 0) {
        throw_errno("epoll_create1");
    }
}

EventLoop::~EventLoop() {
    close(epoll_);
}

void EventLoop::watch(int descriptor, Readiness interest, std::function<void(Readiness)> on_ready) {
    epoll_event event{};
    event.events = epoll_events(interest);
    event.data.fd =
        descriptor; // NOLINT(cppcoreguidelines-pro-type-union-access): epoll's own interface
    const auto found = watches_.find(descriptor);
    const bool known = found != watches_.end();
    if (known && epoll_events(found->second->interest) == event.events) {
        found->second = std::make_shared<Watch>(Watch{interest, std::move(on_ready)});
        return;
    }
    if (epoll_ctl(epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event) != 0) {
        throw_errno("epoll_ctl");
    }
    watches_[descriptor] = std::make_shared<Watch>(Watch{interest, std::move(on_ready)});
}

void EventLoop::unwatch(int descriptor) {
    if (watches_.erase(descriptor) > 0) {
        epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
    }
}

EventLoop::Timer EventLoop::schedule(Instant when, std::function<void()> on_due) {
    const Timer timer = ++last_timer_;
    timers_.emplace(std::pair(when, timer), std::move(on_due));
    due_.emplace(timer, when);
    return timer;
}

void EventLoop::cancel(Timer timer) {
    const auto found = due_.find(timer);
    if (found == due_.end()) {
        return;
    }
    timers_.erase({found->second, timer});
    due_.erase(found);
}

int EventLoop::wait_milliseconds() const {
    if (timers_.empty()) {
        return -1;
    }
    const auto wait = timers_.begin()->first.first - BootClock::now();
    const auto rounded_up = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    return static_cast<int>(std::clamp<std::int64_t>(rounded_up, 0, 60'000));
}

void EventLoop::fire_timers() {
    while (!timers_.empty() && timers_.begin()->first.first <= now_) {
        auto entry = timers_.extract(timers_.begin());
        due_.erase(entry.key().second);
        entry.mapped()();
    }
}

void EventLoop::run_once() {
    std::array<epoll_event, 128> events{};
    const int count =
        epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_milliseconds());
    if (count < 0 && errno != EINTR) {
        throw_errno("epoll_wait");
    }
    now_ = BootClock::now();
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events.at(static_cast<std::size_t>(i));
        const auto found =
            watches_.find(event.data.fd); // NOLINT(cppcoreguidelines-pro-type-union-access)
        if (found == watches_.end()) {
            continue; // a callback of this turn has unwatched it
        }
        const auto watch = found->second;
        const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
        watch->on_ready(
            {broken || (event.events & EPOLLIN) != 0, broken || (event.events & EPOLLOUT) != 0});
    }
    fire_timers();
}

} // namespace blast
