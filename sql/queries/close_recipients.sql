-- Sales of a blast's recipients; who is closed already stays as it is. $1 blast, $2 ids, each once, $3 when, in epoch
-- seconds, $4 amounts or NULL, $5 counter slot. Returns the ids that were closed now. Why it says INSERT: see
-- status_apply.sql.
WITH sale AS MATERIALIZED (
    SELECT r.*, greatest(to_timestamp(s.moment), r.sent_at) AS closed_at, s.amount
    FROM (SELECT * FROM unnest($2::bigint[], $3::float8[], $4::numeric[]) AS u (id, moment, amount) ORDER BY id) s
    CROSS JOIN LATERAL (SELECT id, phone_number, erased_at, message_id, accepted_at, device, sent_at FROM blast_recipients
                        WHERE blast_id = $1::bigint AND id = s.id AND closed_at IS NULL FOR UPDATE) r
), closed AS (
    INSERT INTO blast_recipients AS r (blast_id, id, phone_number, erased_at, message_id, accepted_at, device, closed_at,
                                       closed_amount)
    SELECT $1::bigint, id, phone_number, erased_at, message_id, accepted_at, device, closed_at, amount FROM sale
    ON CONFLICT (blast_id, id) DO UPDATE SET closed_at = excluded.closed_at, closed_amount = excluded.closed_amount
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
