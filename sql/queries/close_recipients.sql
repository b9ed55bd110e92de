-- Sales of a blast's recipients; who has one already keeps it. $1 blast, $2 ids, each once, $3 when, in epoch
-- seconds, $4 amounts or NULL, $5 counter slot. Returns the ids that were closed now. Why it says INSERT: see
-- status_apply.sql.
WITH sale AS MATERIALIZED (
    SELECT r.*, greatest(to_timestamp(s.moment), r.sent_at) AS purchased_at, s.amount
    FROM (SELECT * FROM unnest($2::bigint[], $3::float8[], $4::numeric[]) AS u (id, moment, amount) ORDER BY id) s
    CROSS JOIN LATERAL (SELECT id, phone_number, erased_at, message_id, accepted_at, device, sent_at FROM blast_recipients
                        WHERE blast_id = $1::bigint AND id = s.id AND purchased_at IS NULL FOR UPDATE) r
), closed AS (
    INSERT INTO blast_recipients AS r (blast_id, id, phone_number, erased_at, message_id, accepted_at, device,
                                       purchased_at, purchase_amount)
    SELECT $1::bigint, id, phone_number, erased_at, message_id, accepted_at, device, purchased_at, amount FROM sale
    ON CONFLICT (blast_id, id) DO UPDATE SET purchased_at = excluded.purchased_at, purchase_amount = excluded.purchase_amount
    RETURNING r.id, r.purchased_at
), history AS (
    INSERT INTO status_history (blast_id, recipient_id, status, source, occurred_at)
    SELECT $1::bigint, id, 'CLOSED', 'manual', purchased_at FROM closed
), counted AS MATERIALIZED (
    SELECT count_changes($1::bigint, $5::smallint, closed => count(*)) FROM closed HAVING count(*) > 0
)
SELECT closed.id FROM closed CROSS JOIN counted
