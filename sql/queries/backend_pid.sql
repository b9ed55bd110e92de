-- The server process that answers: behind a pooler another one than the handshake named.
SELECT pg_backend_pid()
