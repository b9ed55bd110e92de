#pragma once

#include "blast/store/blast_store.hpp"
#include "blast/store/send_store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace blast {

/// Outcomes that the database could not take, kept in $XDG_STATE_HOME/blast/<blast>-<attempt>.jsonl (mode 0600) until
/// --resume on this machine records them. One JSON object a line; the first says whose they are.
struct OutcomeFile {
    std::string path;
    std::string blast_made_at; ///< as Blast has it; empty where the file does not say
    SettleRequest outcomes;

    std::size_t outcome_count() const { return outcomes.accepted.size() + outcomes.ended.size(); }
};

/// Writes and syncs the file; returns its path. Throws UnavailableError, saying how many lines were kept, when the
/// disk does not take them.
std::string write_outcome_file(
    const std::string& state_folder,
    const std::string& blast_made_at,
    const SettleRequest& unsettled);

/// The files of the blasts with that number, oldest name first, and what they hold. A last line that was cut off is left
/// out. Throws UnavailableError when one cannot be read or a line in it is not one of ours.
std::vector<OutcomeFile> read_outcome_files(const std::string& state_folder, std::int64_t blast_id);

/// $XDG_STATE_HOME/blast, else $HOME/.local/state/blast, from those variables' values (XDG Base Directory Specification).
std::string state_folder(const std::string& xdg_state_home, const std::string& home);

class Connection;

/// How much of a file the database has now.
enum class OutcomesRecorded {
    all,  ///< the file is gone
    some, ///< it holds outcomes that nothing in the blast answers to: the file stays
    none ///< it is of another database's blast with the same number: the file stays, and nothing was recorded
};

/// Records what a file holds, and removes it once every outcome in it is settled. Throws DatabaseError.
OutcomesRecorded
record_outcome_file(Connection& connection, const Blast& blast, const OutcomeFile& file);

} // namespace blast
