-- Ends attempts that were not accepted: to FAILED or UNCONFIRMED, or back to QUEUED where nothing was sent, fenced by
-- the attempt id. What would come back to the queue and is not wanted any more, opted out or cancelled, becomes DROPPED.
-- A row that was swept as UNCONFIRMED meanwhile is still its holder's to put right. The opt-outs are counted, so that they
-- are looked up by their key in any plan.
-- $1 blast, $2 ids, $3 attempt ids, $4 states, $5 reasons or NULL, $6 seconds until a queued row may be claimed,
-- $7 counter slot, $8 lowest id, $9 highest id. Returns the ids that changed.
WITH came AS MATERIALIZED (
    SELECT e.*, o.state AS was, CASE WHEN e.state <> 'QUEUED' THEN NULL
                                     WHEN o.drop_reason IS NOT NULL THEN o.drop_reason
                                     WHEN (SELECT count(*) FROM opt_outs p WHERE p.phone_number = o.phone_number) > 0
                                     THEN 'opted out' END AS unwanted
    FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::float8[])
         AS e (id, attempt_id, state, reason, pause)
    JOIN blast_outbox o ON o.id = e.id AND o.attempt_id = e.attempt_id
    WHERE o.blast_id = $1::bigint AND o.id BETWEEN $8::bigint AND $9::bigint AND o.state IN ('SENDING', 'UNCONFIRMED')
    ORDER BY o.id
    FOR UPDATE OF o
), ended AS (
    SELECT id, CASE WHEN unwanted IS NULL THEN state ELSE 'DROPPED' END AS state, coalesce(unwanted, reason) AS reason,
           pause, was
    FROM came
), settled AS (
    UPDATE blast_outbox o
    SET state = e.state, lease_until = NULL, last_error = coalesce(e.reason, o.last_error),
        drop_reason = CASE WHEN e.state = 'UNCONFIRMED' THEN o.drop_reason END,
        not_before = CASE WHEN e.state = 'QUEUED' AND e.pause > 0 THEN now() + make_interval(secs => e.pause) END,
        ended_at = CASE WHEN e.state <> 'QUEUED' THEN now() END
    FROM ended e
    WHERE o.blast_id = $1::bigint AND o.id BETWEEN $8::bigint AND $9::bigint AND o.id = e.id
    RETURNING o.id, o.state, e.was, o.last_error
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, detail)
    SELECT $1::bigint, id, state, 'send', last_error FROM settled WHERE state <> 'QUEUED' AND state <> was
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $7::smallint, queued => count(*) FILTER (WHERE state = 'QUEUED'),
                         sending => -count(*) FILTER (WHERE was = 'SENDING'),
                         failed => count(*) FILTER (WHERE state = 'FAILED'),
                         unconfirmed => count(*) FILTER (WHERE state = 'UNCONFIRMED')
                                        - count(*) FILTER (WHERE was = 'UNCONFIRMED'),
                         dropped => count(*) FILTER (WHERE state = 'DROPPED'))
    FROM settled HAVING count(*) > 0
)
SELECT settled.id FROM settled CROSS JOIN counted
