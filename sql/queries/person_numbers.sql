-- The numbers under which a person is known: those given, the phone whose messages went to one of them instead, and the
-- number that messages to these phones went to. A number that messages to several phones have (a gateway that answers the
-- same remoteJid for all) identifies nobody. $1 numbers.
WITH phones AS MATERIALIZED (
    SELECT number AS phone FROM unnest($1::text[]) AS n (number)
    UNION
    SELECT min(phone_number) FROM blast_recipients
    WHERE jid_phone = ANY ($1::text[])
    GROUP BY jid_phone HAVING min(phone_number) = max(phone_number)
)
SELECT phone FROM phones
UNION
SELECT r.jid_phone FROM blast_recipients r
WHERE r.phone_number = ANY (ARRAY(SELECT phone FROM phones)) AND r.jid_phone IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM blast_recipients other
                  WHERE other.jid_phone = r.jid_phone AND other.phone_number <> r.phone_number)
ORDER BY 1
