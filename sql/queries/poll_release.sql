-- Lets go of messages that were taken for a check which told nothing. $1 blast, $2 ids.
UPDATE blast_recipients SET check_lease_until = NULL
WHERE blast_id = $1::bigint
  AND id = ANY (ARRAY(SELECT id FROM blast_recipients
                      WHERE blast_id = $1::bigint AND id = ANY ($2::bigint[]) ORDER BY id FOR UPDATE))
