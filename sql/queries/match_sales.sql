-- The latest message that was sent to each phone before a moment. $1 phones, $2 moments in epoch seconds. A row for each
-- phone that has one, with its position in the list from 0.
SELECT sale.position - 1, sent.blast_id, sent.id
FROM unnest($1::text[], $2::float8[]) WITH ORDINALITY AS sale (phone, moment, position)
CROSS JOIN LATERAL (
    SELECT r.blast_id, r.id FROM blast_recipients r
    WHERE r.phone_number = sale.phone AND r.sent_at <= to_timestamp(sale.moment)
    ORDER BY r.sent_at DESC, r.blast_id DESC LIMIT 1) AS sent
ORDER BY sale.position
