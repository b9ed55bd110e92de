-- Whom a STOP from these numbers reaches: the numbers themselves, and the person whose messages WhatsApp delivered to such
-- a number instead of the one written to. A number that messages to several phones have (a gateway that answers the same
-- remoteJid for all) identifies none of them. $1 numbers. Returns the number, the phone that it reaches, and what is queued
-- for that phone, in any blast; NULL without.
WITH reached AS MATERIALIZED (
    SELECT number, number AS phone FROM unnest($1::text[]) AS n (number)
    UNION
    SELECT jid_phone, min(phone_number) FROM blast_recipients
    WHERE jid_phone = ANY ($1::text[])
    GROUP BY jid_phone HAVING min(phone_number) = max(phone_number)
)
SELECT r.number, r.phone, o.blast_id, o.id
FROM reached r LEFT JOIN blast_outbox o ON o.phone_number = r.phone AND o.state = 'QUEUED'
ORDER BY r.number, r.phone, o.blast_id, o.id
