-- Messages to these phones that may be on their way: claimed by a sender whose lease still stands. $1 phones.
SELECT o.blast_id, o.phone_number
FROM unnest($1::text[]) AS p (phone) JOIN blast_outbox o ON o.phone_number = p.phone
WHERE o.state = 'SENDING' AND o.lease_until > now()
ORDER BY o.blast_id, o.phone_number
