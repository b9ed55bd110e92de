#pragma once

#include "blast/core/output.hpp"

#include <string>
#include <string_view>

namespace blast {

/// A JSON array written as it comes, an element a line; "[]" when there is none.
class JsonArray {
public:
    explicit JsonArray(Output& output) : output_(output) {}

    /// `element` is a JSON value.
    void add(std::string_view element) {
        text_ += empty_ ? "[\n" : ",\n";
        text_ += element;
        empty_ = false;
        if (text_.size() >= flush_size) {
            flush();
        }
    }

    void end() {
        text_ += empty_ ? "[]\n" : "\n]\n";
        flush();
    }

private:
    static constexpr std::size_t flush_size = 65'536;

    void flush() {
        output_.write(text_);
        text_.clear();
    }

    Output& output_;
    std::string text_;
    bool empty_ = true;
};

} // namespace blast
