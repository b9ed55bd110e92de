#include "blast/run/report_watch.hpp"

#include "blast/core/stop_signal.hpp"
#include "blast/store/connection.hpp"
#include "blast/store/report_store.hpp"

#include <csignal>
#include <memory>
#include <poll.h>
#include <string_view>

namespace blast {

namespace {

constexpr int redraw_milliseconds = 2000;
constexpr std::string_view hide_cursor = "\x1b[?25l";
constexpr std::string_view show_cursor = "\x1b[?25h";
constexpr std::string_view clear_screen = "\x1b[2J";
constexpr std::string_view to_top_left = "\x1b[H";
constexpr std::string_view clear_line_end = "\x1b[K";
constexpr std::string_view clear_below = "\x1b[J";

/// Keeps a frame in memory, so that it is shown at once.
class TextOutput final : public Output {
public:
    void write(std::string_view text) override { text_ += text; }
    void finish() override {}
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

/// The terminal as it was, however watching ends.
class HiddenCursor {
public:
    explicit HiddenCursor(Output& output) : output_(output) {
        output_.write(hide_cursor);
        output_.write(clear_screen);
    }
    ~HiddenCursor() {
        try {
            output_.write(show_cursor);
            output_.finish();
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): the terminal is gone
        }
    }
    HiddenCursor(const HiddenCursor&) = delete;
    HiddenCursor& operator=(const HiddenCursor&) = delete;
    HiddenCursor(HiddenCursor&&) = delete;
    HiddenCursor& operator=(HiddenCursor&&) = delete;

private:
    Output& output_;
};

/// Reads frames over one connection, and over a new one when it was lost.
class FrameSource {
public:
    FrameSource(const ReportRequest& request, const std::string& url)
        : request_(request), url_(url) {}

    std::string next(const ReportSurroundings& around, const TextStyle& style) {
        const bool fresh = connection_ == nullptr;
        if (fresh) {
            connect();
        }
        try {
            return read(around, style);
        } catch (const DatabaseError& error) {
            if (fresh || !error.connection_lost()) {
                throw;
            }
        }
        connect();
        return read(around, style);
    }

private:
    void connect() {
        connection_ = std::make_unique<Connection>(url_, Access::read);
        store_ = std::make_unique<ReportStore>(*connection_);
    }

    std::string read(const ReportSurroundings& around, const TextStyle& style) {
        TextOutput frame;
        run_report(request_, *store_, {frame, style, around.zone, around.clock, around.log});
        return frame.text();
    }

    const ReportRequest& request_;
    const std::string& url_;
    std::unique_ptr<Connection> connection_;
    std::unique_ptr<ReportStore> store_;
};

/// Until the signal, or until the next frame is due.
void wait_for_next(const StopSignal& stop) {
    pollfd descriptor{stop.descriptor(), POLLIN, 0};
    poll(&descriptor, 1, redraw_milliseconds);
}

} // namespace

std::string redrawn(const std::string& text, int rows) {
    std::string frame(to_top_left);
    std::string_view rest = text;
    for (int row = 1; row < rows && !rest.empty(); ++row) {
        const std::size_t end = rest.find('\n');
        frame += rest.substr(0, end);
        frame += clear_line_end;
        frame += "\r\n";
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    frame += clear_below;
    return frame;
}

ExitCode watch_report(
    const ReportRequest& request,
    const std::string& database_url,
    const ReportSurroundings& surroundings,
    const std::function<Screen()>& screen,
    const StopSignal& stop) {
    FrameSource frames(request, database_url);
    std::string first =
        frames.next(surroundings, screen().style); // errors before the screen changes
    const HiddenCursor hidden(surroundings.output);
    while (stop.received() == 0) {
        const Screen now = screen();
        const std::string text = first.empty() ? frames.next(surroundings, now.style) : first;
        first.clear();
        surroundings.output.write(redrawn(text, now.rows));
        surroundings.output.finish();
        wait_for_next(stop);
    }
    return stop.exit_code();
}

} // namespace blast
