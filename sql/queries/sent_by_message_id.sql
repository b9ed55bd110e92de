-- Messages that receipts are about. $1 message ids. A message counts as sent at the earlier of the time of recording and
-- the gateway's, unless the gateway's is so old (30 days) that it cannot be this message's. Says last whether the recipient
-- is forgotten (forget_sent.sql).
SELECT blast_id, id, r.message_id, device,
       floor(least(date_part('epoch', sent_at),
                   CASE WHEN message_timestamp > date_part('epoch', sent_at) - 2592000
                        THEN message_timestamp END))::bigint,
       phone_number LIKE 'forgotten:%'
FROM unnest($1::text[]) AS wanted (message_id)
CROSS JOIN LATERAL (SELECT * FROM blast_recipients WHERE message_id = wanted.message_id OFFSET 0) r
