-- What the history of erased recipients says in words. $1 blast, $2 ids.
UPDATE status_history SET detail = NULL
WHERE blast_id = $1::bigint AND recipient_id = ANY ($2::bigint[]) AND detail IS NOT NULL AND detail <> 'forgotten'
