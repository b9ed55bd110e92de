-- Messages that receipts are about. $1 message ids. Says last whether the recipient is forgotten (forget_sent.sql).
SELECT blast_id, id, r.message_id, device,
       floor(date_part('epoch', accepted_at))::bigint AS accepted,
       phone_number LIKE 'forgotten:%'
FROM unnest($1::text[]) AS wanted (message_id)
CROSS JOIN LATERAL (SELECT * FROM blast_recipients WHERE message_id = wanted.message_id OFFSET 0) r
