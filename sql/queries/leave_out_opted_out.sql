-- Takes those who have opted out from a blast that is being queued. The shorter of the two lists is read, the other looked
-- up by its key: the planner knows nothing of rows that were copied in this transaction. $1 blast, $2 how many are
-- queued. Returns how many have opted out.
WITH listed AS MATERIALIZED (
    SELECT count(*) < $2::bigint AS fewer FROM (SELECT FROM opt_outs LIMIT $2::bigint) l
), out AS MATERIALIZED (
    SELECT (SELECT o.id FROM blast_outbox o WHERE o.phone_number = p.phone_number AND o.blast_id = $1::bigint) AS id
    FROM opt_outs p
    WHERE (SELECT fewer FROM listed)
    UNION ALL
    SELECT o.id FROM blast_outbox o
    WHERE o.blast_id = $1::bigint AND NOT (SELECT fewer FROM listed)
      AND (SELECT count(*) FROM opt_outs p WHERE p.phone_number = o.phone_number) > 0
), left_out AS (
    DELETE FROM blast_outbox
    WHERE blast_id = $1::bigint AND id = ANY (ARRAY(SELECT id FROM out WHERE id IS NOT NULL))
    RETURNING 1
)
SELECT count(*) FROM left_out
