-- Erases a person from what a blast has not sent; what is queued becomes DROPPED. Nothing is erased while it is being
-- sent. Without its attempt id a late answer finds no row to record. $1 blast, $2 the person's numbers, $3 their digits as
-- the alternatives of a pattern ("1|2"), $4 counter slot. Returns the ids.
WITH person AS MATERIALIZED (
    SELECT id, state FROM blast_outbox
    WHERE blast_id = $1::bigint AND phone_number = ANY ($2::text[])
      AND NOT (state = 'SENDING' AND lease_until >= now())
    ORDER BY id FOR UPDATE
), erased AS (
    UPDATE blast_outbox o
    SET phone_number = NULL, erased_at = now(), variables = '{}', attempt_id = NULL,
        state = CASE WHEN p.state = 'QUEUED' THEN 'DROPPED' ELSE o.state END,
        ended_at = CASE WHEN p.state = 'QUEUED' THEN now() ELSE o.ended_at END,
        last_error = CASE WHEN p.state = 'QUEUED' THEN 'forgotten'
                          WHEN o.last_error ~ $3::text THEN 'erased' ELSE o.last_error END
    FROM person p
    WHERE o.blast_id = $1::bigint AND o.id = p.id
    RETURNING o.id, p.state AS was
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, detail)
    SELECT $1::bigint, id, 'DROPPED', 'manual', 'forgotten' FROM erased WHERE was = 'QUEUED'
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $4::smallint, queued => -count(*), dropped => count(*))
    FROM erased WHERE was = 'QUEUED' HAVING count(*) > 0
)
SELECT erased.id FROM erased LEFT JOIN counted ON true
