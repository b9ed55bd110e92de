#include "blast/store/parameters.hpp"

#include <fmt/format.h>

namespace blast {

void ArrayLiteral::separate() {
    if (size_++ > 0) {
        text_ += ',';
    }
}

void ArrayLiteral::add(std::string_view element) {
    separate();
    text_ += '"';
    std::size_t plain = 0; // start of the run that needs no escape
    for (std::size_t i = 0; i < element.size(); ++i) {
        const char c = element[i];
        if (c != '"' && c != '\\' && c != '\0') {
            continue;
        }
        text_ += element.substr(plain, i - plain);
        if (c != '\0') {
            text_ += '\\';
        }
        plain = c == '\0' ? i + 1 : i;
    }
    text_ += element.substr(plain);
    text_ += '"';
}

void ArrayLiteral::add(std::int64_t element) {
    separate();
    fmt::format_to(std::back_inserter(text_), "{}", element);
}

void ArrayLiteral::add(double element) {
    separate();
    fmt::format_to(std::back_inserter(text_), "{}", element);
}

void ArrayLiteral::add_null() {
    separate();
    text_ += "NULL";
}

std::string ArrayLiteral::take() {
    std::string literal = std::move(text_);
    literal += '}';
    text_ = "{";
    size_ = 0;
    return literal;
}

Parameters& Parameters::add(std::string value) {
    values_.emplace_back(std::move(value));
    return *this;
}

Parameters& Parameters::add(double value) {
    return add(fmt::format("{}", value));
}

Parameters& Parameters::add(std::nullopt_t) {
    values_.emplace_back();
    return *this;
}

std::vector<const char*> Parameters::pointers() const {
    std::vector<const char*> pointers;
    pointers.reserve(values_.size());
    for (const auto& value : values_) {
        pointers.push_back(value ? value->c_str() : nullptr);
    }
    return pointers;
}

} // namespace blast
