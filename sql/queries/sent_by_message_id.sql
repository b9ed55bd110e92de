-- Messages that receipts are about. $1 message ids.
SELECT blast_id, id, message_id, device, floor(least(date_part('epoch', sent_at), message_timestamp))::bigint
FROM blast_recipients WHERE message_id = ANY ($1::text[])
