-- FAILED or UNCONFIRMED recipients are queued again, on a person's word. The attempt id stays until the next claim: an
-- answer that comes late still records its message. Who was erased stays as he is: there is nobody to send to.
-- $1 blast, $2 the state, $3 counter slot. Returns how many.
WITH ended AS MATERIALIZED (
    SELECT id FROM blast_outbox
    WHERE blast_id = $1::bigint AND state = $2::text AND phone_number IS NOT NULL
    ORDER BY id FOR UPDATE
), requeued AS (
    UPDATE blast_outbox o SET state = 'QUEUED', not_before = NULL, ended_at = NULL, lease_until = NULL, drop_reason = NULL
    WHERE o.blast_id = $1::bigint AND o.id = ANY (ARRAY(SELECT id FROM ended))
    RETURNING o.id
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, detail)
    SELECT $1::bigint, id, 'QUEUED', 'manual', 'queued again: was ' || $2::text FROM requeued
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $3::smallint, queued => count(*),
                         failed => -count(*) FILTER (WHERE $2::text = 'FAILED'),
                         unconfirmed => -count(*) FILTER (WHERE $2::text = 'UNCONFIRMED'))
    FROM requeued HAVING count(*) > 0
)
SELECT count(*) AS requeued, (SELECT count(*) FROM counted) AS counted FROM requeued
