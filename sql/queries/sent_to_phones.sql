-- Messages that replies may answer: sent to these phones, or to numbers that WhatsApp rewrote to them. $1 phones.
SELECT phone_number, blast_id, id, message_id, device, floor(least(date_part('epoch', sent_at), message_timestamp))::bigint
FROM blast_recipients WHERE phone_number = ANY ($1::text[])
UNION ALL
SELECT jid_phone, blast_id, id, message_id, device, floor(least(date_part('epoch', sent_at), message_timestamp))::bigint
FROM blast_recipients WHERE jid_phone = ANY ($1::text[]) AND jid_phone <> phone_number
