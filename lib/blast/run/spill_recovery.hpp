#pragma once

#include "blast/run/spill_file.hpp"
#include "blast/store/blast_store.hpp"

namespace blast {

class Connection;

/// How much of a file the database has now.
enum class SpillRecorded {
    all,  ///< the file is gone
    some, ///< it holds outcomes that nothing in the blast answers to: the file stays
    none ///< it is of another database's blast with the same number: the file stays, and nothing was recorded
};

/// Records what a file holds, and removes it once every outcome in it is settled. Throws DatabaseError.
SpillRecorded record_spill_file(Connection& connection, const Blast& blast, const SpillFile& file);

} // namespace blast
