-- What is queued for phones, in any blast. $1 phones.
SELECT o.blast_id, o.id
FROM unnest($1::text[]) AS wanted (phone)
CROSS JOIN LATERAL (SELECT blast_id, id FROM blast_outbox
                    WHERE phone_number = wanted.phone AND state = 'QUEUED' OFFSET 0) o
ORDER BY o.blast_id, o.id
