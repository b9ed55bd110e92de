-- What a claim holds whose COMMIT answer was lost, and the day in which the cap counts it. $1 blast, $2 attempt id, $3 time
-- zone of the cap's day.
SELECT id, phone_number, variables, variant, to_char(attempted_at AT TIME ZONE $3::text, 'YYYY-MM-DD') AS counted_on
FROM blast_outbox
WHERE blast_id = $1::bigint AND attempt_id = $2::uuid AND state = 'SENDING'
ORDER BY id
