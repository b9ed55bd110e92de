-- The latest message that was sent to each phone before a moment. $1 phones, $2 moments in epoch seconds, $3 when the sales
-- were made, $4 amounts or NULL. A row for each phone that has one, with its position in the list from 0; recorded: this very sale stands
-- at a message to the phone already, which must not count for a newer one too.
SELECT sale.position - 1 AS sale, sent.blast_id, sent.id, EXISTS (
    SELECT 1 FROM blast_recipients r
    WHERE r.phone_number = sale.phone AND r.sent_at <= to_timestamp(sale.moment)
      AND r.purchased_at = greatest(to_timestamp(sale.made_at), r.sent_at)
      AND r.purchase_amount IS NOT DISTINCT FROM sale.amount) AS recorded
FROM unnest($1::text[], $2::float8[], $3::float8[], $4::numeric[])
     WITH ORDINALITY AS sale (phone, moment, made_at, amount, position)
CROSS JOIN LATERAL (
    SELECT r.blast_id, r.id FROM blast_recipients r
    WHERE r.phone_number = sale.phone AND r.sent_at <= to_timestamp(sale.moment)
    ORDER BY r.sent_at DESC, r.blast_id DESC LIMIT 1) AS sent
ORDER BY sale.position
