-- Messages that replies may answer: sent to these phones, or to a number that WhatsApp rewrote to one of them. A phone that
-- messages to several numbers have for theirs (a gateway that answers the same remoteJid for all) identifies none of them.
-- $1 phones. When a message counts as sent: see sent_by_message_id.sql.
SELECT phone, blast_id, id, message_id, device,
       floor(least(date_part('epoch', sent_at),
                   CASE WHEN message_timestamp > date_part('epoch', sent_at) - 2592000
                        THEN message_timestamp END))::bigint
FROM unnest($1::text[]) AS wanted (phone)
CROSS JOIN LATERAL (
    (SELECT * FROM blast_recipients WHERE phone_number = wanted.phone OFFSET 0)
    UNION ALL
    (SELECT r.*
     FROM (SELECT jid_phone FROM blast_recipients WHERE jid_phone = wanted.phone
           GROUP BY jid_phone HAVING min(phone_number) = max(phone_number)) one
     CROSS JOIN LATERAL (SELECT * FROM blast_recipients
                         WHERE jid_phone = one.jid_phone AND phone_number <> one.jid_phone OFFSET 0) r)) sent
