#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace blast {

/// The claims that a pass of checks holds in the database, and how much of each is still to be written: a claim covers a
/// group of messages of one blast and is let go as a whole, in the transaction that writes the last of them. Not
/// thread-safe.
class CheckClaims {
public:
    using Number = std::uint64_t;

    /// A claim of `messages` messages, at least one.
    Number add(std::int64_t blast_id, std::string claim_id, std::size_t messages);

    /// The transaction that is put together writes or lets go of one message of the claim.
    void leave(Number claim);
    /// The claims, by blast, of which that transaction leaves nothing.
    std::map<std::int64_t, std::vector<std::string>> ending() const;
    /// It came through.
    void committed();
    /// It did not, or nobody knows: what left with it is still to be written.
    void lost();

    bool empty() const noexcept { return claims_.empty(); }

private:
    struct Claim {
        std::int64_t blast_id = 0;
        std::string id;
        std::size_t messages = 0;
        std::size_t leaving = 0;
    };

    std::unordered_map<Number, Claim> claims_;
    std::vector<Number> touched_; ///< by the transaction
    Number next_ = 1;
};

} // namespace blast
