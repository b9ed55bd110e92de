-- Queued recipients of devices that do not send any more go to any of those that do. $1 blast, $2 devices.
UPDATE blast_outbox SET device = NULL
WHERE blast_id = $1::bigint
  AND id = ANY (ARRAY(SELECT id FROM blast_outbox
                      WHERE blast_id = $1::bigint AND state = 'QUEUED' AND device <> ALL ($2::text[])
                      ORDER BY id FOR UPDATE))
