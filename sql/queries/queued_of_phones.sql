-- What is queued for phones, in any blast. $1 phones.
SELECT blast_id, id FROM blast_outbox
WHERE phone_number = ANY ($1::text[]) AND state = 'QUEUED' ORDER BY blast_id, id
