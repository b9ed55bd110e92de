#include "blast/cli/open_database.hpp"

#include "blast/cli/required_settings.hpp"
#include "blast/store/schema.hpp"

namespace blast {

Connection open_database(const Settings& settings) {
    Connection connection(require_database_url(settings));
    require_current_schema(connection);
    return connection;
}

} // namespace blast
