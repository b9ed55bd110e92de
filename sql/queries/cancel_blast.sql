-- Everything that a blast still has queued is dropped. $1 blast, $2 counter slot. Returns how many. Why it says
-- INSERT: see status_apply.sql.
WITH queued AS MATERIALIZED (
    SELECT id, phone_number, variables FROM blast_outbox
    WHERE blast_id = $1::bigint AND state = 'QUEUED' ORDER BY id FOR UPDATE
), dropped AS (
    INSERT INTO blast_outbox AS o (blast_id, id, phone_number, variables)
    SELECT $1::bigint, id, phone_number, variables FROM queued
    ON CONFLICT (blast_id, id)
    DO UPDATE SET state = 'DROPPED', ended_at = now(), not_before = NULL, last_error = 'cancelled'
    RETURNING o.id
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, detail)
    SELECT $1::bigint, id, 'DROPPED', 'manual', 'cancelled' FROM dropped
), counted AS (
    INSERT INTO blast_counters AS c (blast_id, slot, queued, dropped)
    SELECT $1::bigint, $2::smallint, -count(*), count(*) FROM dropped HAVING count(*) > 0
    ON CONFLICT (blast_id, slot) DO UPDATE
    SET queued = c.queued + excluded.queued, dropped = c.dropped + excluded.dropped
)
SELECT count(*) FROM dropped
