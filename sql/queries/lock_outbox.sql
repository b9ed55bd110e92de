-- Locks rows of the outbox in the order of their keys, each looked up by its key. $1 blast, $2 ids.
SELECT r.id
FROM (SELECT id FROM unnest($2::bigint[]) AS w (id) ORDER BY id) wanted
CROSS JOIN LATERAL (SELECT id FROM blast_outbox WHERE blast_id = $1::bigint AND id = wanted.id FOR UPDATE) r
