-- What answers: the server process behind this connection, its clock in epoch seconds, its version in words, the settings
-- without which a crash loses what was committed, and whether it is Neon's, whose safekeepers keep it.
SELECT pg_backend_pid(), extract(epoch FROM clock_timestamp()), split_part(current_setting('server_version'), ' ', 1),
       current_setting('fsync')::boolean, current_setting('full_page_writes')::boolean,
       coalesce(current_setting('neon.timeline_id', true), '') <> ''
