-- Gives back whole claims whose rows their sender never saw, so that none of them was posted: SENDING (or swept as
-- UNCONFIRMED) -> QUEUED, fenced by the attempt id. $1 blast, $2 attempt ids, $3 counter slot.
WITH released AS (
    UPDATE blast_outbox o
    SET state = 'QUEUED', lease_until = NULL, ended_at = NULL, not_before = NULL
    FROM (SELECT id, state AS was FROM blast_outbox
          WHERE blast_id = $1::bigint AND attempt_id = ANY ($2::uuid[]) AND state IN ('SENDING', 'UNCONFIRMED')
          ORDER BY id FOR UPDATE) held
    WHERE o.blast_id = $1::bigint AND o.id = held.id
    RETURNING held.was
), counted AS (
    INSERT INTO blast_counters AS c (blast_id, slot, queued, sending, unconfirmed)
    SELECT $1::bigint, $3::smallint, count(*), -count(*) FILTER (WHERE was = 'SENDING'),
           -count(*) FILTER (WHERE was = 'UNCONFIRMED')
    FROM released HAVING count(*) > 0
    ON CONFLICT (blast_id, slot) DO UPDATE
    SET queued = c.queued + excluded.queued, sending = c.sending + excluded.sending,
        unconfirmed = c.unconfirmed + excluded.unconfirmed
)
SELECT count(*) FROM released
