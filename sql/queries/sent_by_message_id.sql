-- Messages that receipts are about. $1 message ids. Says last whether the recipient was erased.
SELECT blast_id, id, r.message_id, device,
       floor(date_part('epoch', accepted_at))::bigint AS accepted,
       erased_at IS NOT NULL AS erased
FROM unnest($1::text[]) AS wanted (message_id)
CROSS JOIN LATERAL (SELECT * FROM blast_recipients WHERE message_id = wanted.message_id OFFSET 0) r
