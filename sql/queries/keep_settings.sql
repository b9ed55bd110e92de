-- A run takes a blast up: what was given again replaces what was kept (NULL: keeps it), --at is over, no person has
-- stopped it. A circuit stays open until a message gets through (close_circuit.sql). $1 blast, $2 devices, $3 rate,
-- $4 jitter in percent, $5 daily cap, $6 window.
UPDATE blasts
SET devices = coalesce($2::text[], devices), rate = coalesce($3::text, rate),
    jitter_percent = coalesce($4::integer, jitter_percent), daily_cap = coalesce($5::integer, daily_cap),
    send_window = coalesce($6::text, send_window), scheduled_at = NULL, stopped_by = nullif(stopped_by, 'person')
WHERE id = $1::bigint
