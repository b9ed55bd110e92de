-- A person's word on a recipient of whom it is not known whether it was sent: QUEUED again, or DROPPED as sent. One whose
-- sender died counts too, one who was erased does not. The attempt id stays: a late answer still records its message.
-- $1 blast, $2 phone, $3 QUEUED or DROPPED, $4 why, $5 counter slot. Returns how many: 1 or 0.
WITH doubtful AS MATERIALIZED (
    SELECT id, state FROM blast_outbox
    WHERE blast_id = $1::bigint AND phone_number = $2::text
      AND (state = 'UNCONFIRMED' OR (state = 'SENDING' AND lease_until < now()))
    FOR UPDATE
), resolved AS (
    UPDATE blast_outbox o
    SET state = $3::text, not_before = NULL, lease_until = NULL, drop_reason = NULL,
        ended_at = CASE WHEN $3::text = 'DROPPED' THEN now() END,
        last_error = CASE WHEN $3::text = 'DROPPED' THEN $4::text ELSE o.last_error END
    FROM doubtful d
    WHERE o.blast_id = $1::bigint AND o.id = d.id
    RETURNING o.id, o.state, d.state AS was
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, detail)
    SELECT $1::bigint, id, state, 'manual', $4::text FROM resolved
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $5::smallint, queued => count(*) FILTER (WHERE state = 'QUEUED'),
                         sending => -count(*) FILTER (WHERE was = 'SENDING'),
                         unconfirmed => -count(*) FILTER (WHERE was = 'UNCONFIRMED'),
                         dropped => count(*) FILTER (WHERE state = 'DROPPED'))
    FROM resolved HAVING count(*) > 0
)
SELECT count(*) AS resolved, (SELECT count(*) FROM counted) AS counted FROM resolved
