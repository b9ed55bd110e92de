-- Phones never to write to again; who is on the list stays there as it is. $1 phones, $2 source (webhook, manual, import),
-- $3 reasons. Returns the phones that are new.
INSERT INTO opt_outs (phone_number, source, reason)
SELECT DISTINCT ON (phone) phone, $2::text, reason
FROM unnest($1::text[], $3::text[]) AS t (phone, reason)
ORDER BY phone
ON CONFLICT (phone_number) DO NOTHING
RETURNING phone_number
