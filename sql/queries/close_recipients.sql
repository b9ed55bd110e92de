-- Sales of a blast's recipients; who is closed already stays as it is. $1 blast, $2 ids, each once, $3 when, in epoch
-- seconds, $4 amounts or NULL, $5 counter slot. Returns the ids that were closed now.
WITH sale AS MATERIALIZED (
    SELECT s.* FROM unnest($2::bigint[], $3::float8[], $4::numeric[]) AS s (id, moment, amount)
    JOIN blast_recipients r ON r.id = s.id
    WHERE r.blast_id = $1::bigint AND r.id = ANY ($2::bigint[]) AND r.closed_at IS NULL
    ORDER BY r.id
    FOR UPDATE OF r
), closed AS (
    UPDATE blast_recipients r
    SET closed_at = greatest(to_timestamp(s.moment), r.sent_at), closed_amount = s.amount
    FROM sale s
    WHERE r.blast_id = $1::bigint AND r.id = s.id
    RETURNING r.id, r.closed_at
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, occurred_at)
    SELECT $1::bigint, id, 'CLOSED', 'manual', closed_at FROM closed
), counted AS (
    INSERT INTO blast_counters AS c (blast_id, slot, closed)
    SELECT $1::bigint, $5::smallint, count(*) FROM closed HAVING count(*) > 0
    ON CONFLICT (blast_id, slot) DO UPDATE SET closed = c.closed + excluded.closed
)
SELECT id FROM closed
