-- What answers: the server process behind this connection, its clock in epoch seconds, its version in words, the settings
-- without which a crash loses what was committed, and whether it is Neon's, whose safekeepers keep it.
SELECT pg_backend_pid() AS pid, extract(epoch FROM clock_timestamp()) AS epoch,
       split_part(current_setting('server_version'), ' ', 1) AS version, current_setting('fsync')::boolean AS fsync,
       current_setting('full_page_writes')::boolean AS full_page_writes,
       coalesce(current_setting('neon.timeline_id', true), '') <> '' AS is_neon
