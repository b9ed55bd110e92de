-- Locks rows of the outbox in the order of their keys. $1 blast, $2 ids.
SELECT id FROM blast_outbox
WHERE blast_id = $1::bigint AND id = ANY ($2::bigint[])
  AND id BETWEEN (SELECT min(id) FROM unnest($2::bigint[]) AS i (id)) AND (SELECT max(id) FROM unnest($2::bigint[]) AS i (id))
ORDER BY id FOR UPDATE
