-- The first recipients that are queued. $1 blast, $2 how many.
SELECT phone_number, variables, variant FROM blast_outbox WHERE blast_id = $1::bigint ORDER BY id LIMIT $2::integer
