-- What a dead sender left: nobody knows whether it was sent, so it is never queued again by itself. $1 blast,
-- $2 counter slot. A row that is locked is being settled: its sender may be stopped in the midst of that, and is not waited for.
WITH held AS MATERIALIZED (
    SELECT id FROM blast_outbox
    WHERE blast_id = $1::bigint AND state = 'SENDING' AND lease_until < now()
    ORDER BY id FOR UPDATE SKIP LOCKED
), expired AS (
    UPDATE blast_outbox o
    SET state = 'UNCONFIRMED', ended_at = now(), last_error = 'its sender ended before the outcome was recorded'
    WHERE o.blast_id = $1::bigint AND o.id = ANY (ARRAY(SELECT id FROM held))
    RETURNING o.id, o.last_error
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, detail)
    SELECT $1::bigint, id, 'UNCONFIRMED', 'send', last_error FROM expired
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $2::smallint, sending => -count(*), unconfirmed => count(*))
    FROM expired HAVING count(*) > 0
)
SELECT count(*) AS expired, (SELECT count(*) FROM counted) AS counted FROM expired
