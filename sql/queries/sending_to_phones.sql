-- Messages to these phones that may be on their way: claimed by a sender whose lease still stands. $1 phones.
SELECT o.blast_id, o.phone_number
FROM unnest($1::text[]) AS wanted (phone)
CROSS JOIN LATERAL (SELECT blast_id, phone_number FROM blast_outbox
                    WHERE phone_number = wanted.phone AND state = 'SENDING' AND lease_until > now() OFFSET 0) o
ORDER BY o.blast_id, o.phone_number
