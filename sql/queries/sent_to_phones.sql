-- Messages that replies may answer: sent to these phones, or to a number that WhatsApp rewrote to one of them. A phone that
-- messages to several numbers have for theirs (a gateway that answers the same remoteJid for all) identifies none of them.
-- $1 phones.
SELECT phone, blast_id, id, message_id, device,
       floor(date_part('epoch', accepted_at))::bigint AS accepted
FROM unnest($1::text[]) AS wanted (phone)
CROSS JOIN LATERAL (
    (SELECT * FROM blast_recipients WHERE phone_number = wanted.phone OFFSET 0)
    UNION ALL
    (SELECT r.*
     FROM (SELECT jid_phone FROM blast_recipients WHERE jid_phone = wanted.phone
           GROUP BY jid_phone HAVING min(phone_number) = max(phone_number)) one
     CROSS JOIN LATERAL (SELECT * FROM blast_recipients
                         WHERE jid_phone = one.jid_phone AND phone_number <> one.jid_phone OFFSET 0) r)) sent
