-- What a claim holds whose COMMIT answer was lost. $1 blast, $2 attempt id.
SELECT id, phone_number, variables, variant
FROM blast_outbox
WHERE blast_id = $1::bigint AND attempt_id = $2::uuid AND state = 'SENDING'
ORDER BY id
