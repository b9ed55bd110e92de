#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace blast {

/// A PostgreSQL array literal (manual, 8.15.2), built an element at a time for unnest($1::text[]). Text is quoted and
/// escaped; U+0000, which PostgreSQL's text cannot hold, is left out.
class ArrayLiteral {
public:
    void add(std::string_view element);
    void add(const std::string& element) { add(std::string_view(element)); }
    void add(const char* element) { add(std::string_view(element)); }
    void add(std::int64_t element);
    void add(int element) { add(std::int64_t{element}); }
    void add(double element);
    void add_null();
    template <typename Value>
    void add(const std::optional<Value>& element) {
        element ? add(*element) : add_null();
    }

    std::size_t size() const noexcept { return size_; }
    /// "{...}". The object is empty afterwards.
    std::string take();

private:
    void separate();

    std::string text_ = "{";
    std::size_t size_ = 0;
};

/// All elements of a container, as one literal.
template <typename Container>
std::string array_of(const Container& elements) {
    ArrayLiteral literal;
    for (const auto& element : elements) {
        literal.add(element);
    }
    return literal.take();
}

/// Values for $1, $2, ... in order, in text format. No values are ever pasted into SQL text.
class Parameters {
public:
    Parameters() = default;
    template <typename... Values>
    static Parameters of(Values&&... values) {
        Parameters parameters;
        (parameters.add(std::forward<Values>(values)), ...);
        return parameters;
    }

    Parameters& add(std::string value);
    Parameters& add(std::string_view value) { return add(std::string(value)); }
    Parameters& add(const char* value) { return add(std::string(value)); }
    Parameters& add(double value);
    Parameters& add(std::nullopt_t);
    Parameters& add(ArrayLiteral&& value) { return add(value.take()); }
    template <typename Integer>
    requires std::is_integral_v<Integer> Parameters& add(Integer value) {
        if constexpr (std::is_same_v<Integer, bool>) {
            return add(std::string(value ? "t" : "f"));
        } else {
            return add(std::to_string(value));
        }
    }
    template <typename Value>
    Parameters& add(const std::optional<Value>& value) {
        return value ? add(*value) : add(std::nullopt);
    }

    int count() const noexcept { return static_cast<int>(values_.size()); }
    /// Pointers for PQsendQueryParams, NULL for SQL's NULL; valid until the object changes or moves.
    std::vector<const char*> pointers() const;

private:
    std::vector<std::optional<std::string>> values_;
};

/// One statement of blast::sql with its values. The text must outlive it (blast::sql's does).
struct Statement {
    std::string_view sql;
    Parameters parameters = {};
    /// Executed over and over on one connection, and well served by a plan that does not look at the values: it is
    /// prepared where that is possible, since planning a large statement takes about as long as to run it for 100 rows.
    bool repeated = false;
};

} // namespace blast
