-- What answers: the server process behind this connection, its clock in epoch seconds, its version in words.
SELECT pg_backend_pid(), extract(epoch FROM clock_timestamp()), split_part(current_setting('server_version'), ' ', 1)
