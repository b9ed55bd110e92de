-- The blasts that know a person, and whether one of them is sending to the person right now. $1 the person's numbers.
SELECT blast_id, bool_or(sending) AS sending FROM (
    SELECT blast_id, state = 'SENDING' AND lease_until >= now() AS sending
    FROM blast_outbox WHERE phone_number = ANY ($1::text[])
    UNION ALL
    SELECT blast_id, false FROM blast_recipients WHERE phone_number = ANY ($1::text[])) AS known
GROUP BY blast_id ORDER BY blast_id
