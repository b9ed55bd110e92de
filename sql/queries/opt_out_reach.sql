-- Whom a STOP from these numbers reaches: the numbers themselves, and the person whose messages WhatsApp delivered to such
-- a number instead of the one written to. A number that messages to several phones have (a gateway that answers the same
-- remoteJid for all) identifies none of them. $1 numbers. Returns the number, the phone that it reaches, and what is queued
-- for that phone, in any blast; NULL without.
WITH reached AS MATERIALIZED (
    SELECT number, number AS phone FROM unnest($1::text[]) AS n (number)
    UNION
    SELECT n.number, one.phone
    FROM unnest($1::text[]) AS n (number)
    CROSS JOIN LATERAL (SELECT min(phone_number) AS phone FROM blast_recipients WHERE jid_phone = n.number
                        GROUP BY jid_phone HAVING min(phone_number) = max(phone_number)) one
)
SELECT r.number, r.phone, o.blast_id, o.id
FROM reached r
LEFT JOIN LATERAL (SELECT blast_id, id FROM blast_outbox
                   WHERE phone_number = r.phone AND state = 'QUEUED' OFFSET 0) o ON true
ORDER BY r.number, r.phone, o.blast_id, o.id
