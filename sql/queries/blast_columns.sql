-- The columns that a blast's recipients have, from one of them. $1 blast.
SELECT jsonb_object_keys(variables)
FROM (SELECT variables FROM blast_recipients WHERE blast_id = $1::bigint AND variables IS NOT NULL LIMIT 1) r
UNION
SELECT jsonb_object_keys(variables)
FROM (SELECT variables FROM blast_outbox WHERE blast_id = $1::bigint LIMIT 1) o
