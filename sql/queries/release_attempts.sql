-- Gives back whole claims whose rows their sender never saw, so that none of them was posted: SENDING (or swept as
-- UNCONFIRMED) -> QUEUED, or DROPPED where it was cancelled meanwhile, fenced by the attempt id. $1 blast, $2 attempt ids,
-- $3 counter slot.
WITH released AS (
    UPDATE blast_outbox o
    SET state = CASE WHEN o.drop_reason IS NULL THEN 'QUEUED' ELSE 'DROPPED' END,
        ended_at = CASE WHEN o.drop_reason IS NOT NULL THEN now() END,
        last_error = coalesce(o.drop_reason, o.last_error), drop_reason = NULL, lease_until = NULL, not_before = NULL
    FROM (SELECT id, state AS was FROM blast_outbox
          WHERE blast_id = $1::bigint AND attempt_id = ANY ($2::uuid[]) AND state IN ('SENDING', 'UNCONFIRMED')
          ORDER BY id FOR UPDATE) held
    WHERE o.blast_id = $1::bigint AND o.id = held.id
    RETURNING o.id, o.state, o.last_error, held.was
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, detail)
    SELECT $1::bigint, id, state, 'send', last_error FROM released WHERE state = 'DROPPED'
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $3::smallint, queued => count(*) FILTER (WHERE state = 'QUEUED'),
                         sending => -count(*) FILTER (WHERE was = 'SENDING'),
                         unconfirmed => -count(*) FILTER (WHERE was = 'UNCONFIRMED'),
                         dropped => count(*) FILTER (WHERE state = 'DROPPED'))
    FROM released HAVING count(*) > 0
)
SELECT count(*) AS released, (SELECT count(*) FROM counted) AS counted FROM released
