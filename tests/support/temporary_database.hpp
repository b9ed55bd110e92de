#pragma once

#include <memory>
#include <string>
#include <vector>

struct pg_conn;

namespace blast::test {

/// A database of a test's own: a clone of a migrated template, dropped with its connections in the destructor. The
/// server is the one that the environment's BLAST_TEST_DATABASE_URL names; its user must be allowed to create databases.
/// The template is made by migrate() with the server's first database and stays there. Not thread-safe.
class TemporaryDatabase {
public:
    using Row = std::vector<std::string>;

    /// Throws std::runtime_error when the server cannot be used.
    TemporaryDatabase();
    ~TemporaryDatabase();
    TemporaryDatabase(const TemporaryDatabase&) = delete;
    TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;
    TemporaryDatabase(TemporaryDatabase&&) = delete;
    TemporaryDatabase& operator=(TemporaryDatabase&&) = delete;

    /// An empty database, without the schema.
    static std::unique_ptr<TemporaryDatabase> without_schema();

    /// A connection string, "postgresql://...", for DATABASE_URL.
    const std::string& url() const noexcept { return url_; }

    /// Runs one or several statements, on a connection of the object's own that stays open. Throws std::runtime_error
    /// with the server's message. The result is the last statement's rows, NULL as the empty string.
    std::vector<Row> query(const std::string& sql);
    /// The only value of the only row.
    std::string value(const std::string& sql);
    /// Keeps autovacuum away from the database's tables: its snapshot, of whichever table, keeps old versions of rows from
    /// being pruned, and then an update has no room in its page.
    void hold_autovacuum();

private:
    struct Close {
        void operator()(pg_conn* connection) const noexcept;
    };

    explicit TemporaryDatabase(const std::string& template_name);

    std::string name_;
    std::string url_;
    std::unique_ptr<pg_conn, Close> connection_;
};

} // namespace blast::test
