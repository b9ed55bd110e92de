#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>

namespace blast {

/// What the readers have in common that take an answer of the gateway's as it is parsed, without a document: how deep they
/// are, and which member's value comes. `Member` is an enum with `other`, the member that nobody waits for. The names of
/// the callbacks are those of nlohmann's SAX interface. Not thread-safe.
template <typename Member>
class AnswerSax : public nlohmann::json_sax<nlohmann::json> {
public:
    bool start_array(std::size_t) final { return open(); }
    bool end_array() final {
        close();
        return true;
    }
    bool number_integer(number_integer_t value) final { return number(value); }
    bool number_unsigned(number_unsigned_t value) final { return number(value); }
    bool number_float(number_float_t value, const string_t&) final { return number(value); }
    bool null() final { return true; }
    bool binary(binary_t&) final { return false; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) final {
        return false;
    }

protected:
    /// A number of any kind, the value of `member_`. Whether to read on.
    virtual bool number(const nlohmann::json& value) = 0;

    bool open() {
        ++depth_;
        member_ = Member::other;
        return true;
    }
    void close() {
        --depth_;
        member_ = Member::other;
    }

    Member member_ = Member::other;
    int depth_ = 0; ///< of objects and arrays that are open
};

} // namespace blast
