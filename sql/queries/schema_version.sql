-- 0 rows: no migration has ever run here. $1: nothing.
SELECT coalesce(max(version), 0) AS version FROM schema_migrations
